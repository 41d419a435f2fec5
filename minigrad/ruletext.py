"""The text of a rule, as it stands in the source: what a picture writes on the edge that the rule owns."""

from __future__ import annotations

import ast
import inspect
import linecache
from collections.abc import Callable
from functools import cache

from minigrad.vjps import rulebook


def rule_text(fun: Callable, i: int) -> str:
    """The formula of `fun`'s rule for argument `i`: a lambda's body, or the first line of a docstring.

    Example:
        >>> import numpy as np
        >>> rule_text(np.multiply, 0)
        'g * y'
    """
    primitive = rulebook.get(fun)
    if primitive is None:
        return f"backward(…)[{i}]"  # a Function: its own method, for all inputs at once
    rule = primitive.rule(i)
    if rule is None:
        return "no gradient"
    return (rule.__doc__ or "").partition("\n")[0] or _lambda_text(rule)


@cache
def _lambda_text(rule: Callable) -> str:
    """Find the lambda in its file: same line, and the same instructions when compiled alone."""
    code = rule.__code__
    source = "".join(linecache.getlines(code.co_filename))
    try:
        tree = ast.parse(source)
    except SyntaxError:
        return "a rule"
    for found in ast.walk(tree):
        if isinstance(found, ast.Lambda) and found.lineno == code.co_firstlineno:
            text = ast.unparse(found)
            same = next(c for c in compile(text, "<rule>", "eval").co_consts if hasattr(c, "co_code"))
            if (same.co_code, same.co_consts, same.co_names) == (code.co_code, code.co_consts, code.co_names):
                return ast.unparse(found.body)
    return inspect.getsource(rule).strip() if source else "a rule"

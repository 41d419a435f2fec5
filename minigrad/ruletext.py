"""The text of a rule, as it stands in the source: what a picture writes on the edge that the rule owns."""

from __future__ import annotations

import ast
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
    """Find the lambda in its file by where its instructions say that they come from."""
    code = rule.__code__
    try:
        tree = ast.parse("".join(linecache.getlines(code.co_filename)))
    except SyntaxError:
        return "its own rule"
    places = set(code.co_positions())
    for found in ast.walk(tree):
        if isinstance(found, ast.Lambda):
            body = found.body
            if (body.lineno, body.end_lineno, body.col_offset, body.end_col_offset) in places:
                return ast.unparse(body)
    return "its own rule"

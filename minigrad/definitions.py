"""The definitions that a printed program needs: our own primitives, as plain functions without annotations."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable
from functools import cache
from types import CodeType, FunctionType
from typing import Any

import numpy as np

from minigrad.errors import UsageError


@cache
def numpy_name(fun: Callable) -> str:
    """`np.linalg.norm` for a function of NumPy's; an empty text for any other."""
    name = getattr(fun, "__name__", "")
    for prefix, module in (("np", np), ("np.linalg", np.linalg), ("np.fft", np.fft)):
        if getattr(module, name, None) is fun:
            return f"{prefix}.{name}"
    return ""


def definition(fun: Callable, known: dict[str, str]) -> None:
    """Add the source of `fun`, and of all that it calls of ours, to `known`: what is needed first stands first."""
    fun = inspect.unwrap(fun)
    name = fun.__name__
    if name in known:
        if known[name] not in ("", plain_source(fun)):
            raise UsageError(
                f"A program cannot hold two functions called {name}; rename the one in {fun.__module__}."
            )
        return
    known[name] = ""  # so that functions which call each other end
    for used in sorted(names_in(fun.__code__)):
        value = fun.__globals__.get(used)
        target = inspect.unwrap(value) if callable(value) else value
        if isinstance(target, FunctionType) and used != name:
            definition(target, known)
        elif isinstance(value, (int, float, str, tuple, dict)) and used.isupper():
            known.setdefault(used, f"{used} = {value!r}")
    text = known.pop(name) or plain_source(fun)
    known[name] = text


def names_in(code: CodeType) -> set[str]:
    """The global names that a function and the functions inside it use."""
    found = set(code.co_names)
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            found |= names_in(constant)
    return found


def plain_source(fun: Callable) -> str:
    """The source without decorators, annotations and docstrings: the computation and nothing else."""
    tree: Any = ast.parse(textwrap.dedent(inspect.getsource(fun)))
    for node in ast.walk(tree):
        if isinstance(node, (ast.FunctionDef, ast.Lambda)):
            for arg in [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]:
                arg.annotation = None
        if isinstance(node, ast.FunctionDef):
            node.decorator_list, node.returns = [], None
            if ast.get_docstring(node) is not None:
                node.body = node.body[1:] or [ast.Pass()]
        if hasattr(node, "body") and isinstance(node.body, list):
            node.body = [
                ast.Assign([b.target], b.value, lineno=b.lineno)
                if isinstance(b, ast.AnnAssign) and b.value
                else b
                for b in node.body
            ]
    return ast.unparse(ast.fix_missing_locations(tree))

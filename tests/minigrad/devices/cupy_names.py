"""What CuPy has: every function of NumPy's that it answers for, with its parameters, read from an installed CuPy.

python -m tests.minigrad.devices.cupy_names         # where CuPy is installed, also without a GPU: writes the table

The table lies beside this file, so that `strict` can refuse what CuPy would refuse on a machine that has neither.
"""

import inspect
import json
import re
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("cupy_names.json")
MODULES = {
    "numpy": np,
    "numpy.linalg": np.linalg,
    "numpy.fft": np.fft,
    "numpy.lib.stride_tricks": np.lib.stride_tricks,
}
UNKNOWN = "?"  # a function written in C, whose parameters nobody tells


def parameters(function):
    """The parameters as one text, `a axis= dtype=`: with = where there is a default, * and ** as in Python."""
    try:
        found = inspect.signature(function).parameters.values()
    except (ValueError, TypeError):
        return from_first_line(function.__doc__ or "")
    marks = {inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**"}
    only, words = False, []
    for p in found:
        if p.kind == p.KEYWORD_ONLY and not only and not any(w.startswith("*") for w in words):
            words.append("*")
        only = only or p.kind == p.KEYWORD_ONLY
        words.append(f"{marks.get(p.kind, '')}{p.name}{'' if p.default is p.empty else '='}")
    return " ".join(words)


def from_first_line(text):
    """The same from a docstring that begins with the signature, as Cython writes it."""
    match = re.match(r"[\w.]+\(self(?:, )?(.*?)\)(?: ->|\s|$)", text.strip())
    if not match:
        return UNKNOWN
    words = [part.strip().split(" ")[-1] for part in match[1].split(",") if part.strip()]
    return " ".join(re.sub(r"=.*", "=", word) for word in words)


def signature(text):
    """A table's text as a signature that calls can be tried on; None where it is not known."""
    if text == UNKNOWN:
        return None
    kind, found = inspect.Parameter.POSITIONAL_OR_KEYWORD, []
    for word in text.split():
        name, default = word.rstrip("="), None if word.endswith("=") else inspect.Parameter.empty
        if name == "*":
            kind = inspect.Parameter.KEYWORD_ONLY
        elif name.startswith("**"):
            found.append(inspect.Parameter(name[2:], inspect.Parameter.VAR_KEYWORD))
        elif name.startswith("*"):
            found.append(inspect.Parameter(name[1:], inspect.Parameter.VAR_POSITIONAL))
            kind = inspect.Parameter.KEYWORD_ONLY
        else:
            found.append(inspect.Parameter(name, kind, default=default))
    return inspect.Signature(found)


def read():
    """The whole table, from the CuPy that is installed."""
    import cupy

    functions, ufuncs = {}, {}
    for path, module in MODULES.items():
        there = cupy
        for part in path.split(".")[1:]:
            there = getattr(there, part, None)
        for function in {id(f): f for f in vars(module).values()}.values():
            name = getattr(function, "__name__", "")
            answer = getattr(there, name, None)
            home = getattr(function, "__module__", path) or path  # ufuncs have none
            if name[:1] == "_" or answer in (None, function) or home != path:
                continue
            if isinstance(function, np.ufunc):
                ufuncs[name] = " ".join(getattr(answer, "types", []))
            elif callable(function) and not isinstance(function, type):
                functions[f"{path}.{name}"] = parameters(answer)
    methods = {
        name: parameters(value)
        for name, value in ((n, getattr(cupy.ndarray, n)) for n in dir(cupy.ndarray) if n[0] != "_")
        if callable(value)
    }
    attributes = sorted(n for n in dir(cupy.ndarray) if n[0] != "_" and n not in methods)
    return {
        "versions": {"cupy": cupy.__version__, "numpy": np.__version__},
        "functions": dict(sorted(functions.items())),
        "ufuncs": dict(sorted(ufuncs.items())),
        "methods": methods,
        "attributes": attributes,
    }


if __name__ == "__main__":
    table = read()
    FILE.write_text(json.dumps(table, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    counts = f"{len(table['functions'])} functions, {len(table['ufuncs'])} ufuncs"
    print(f"{FILE.name}: {counts} of CuPy {table['versions']['cupy']}")

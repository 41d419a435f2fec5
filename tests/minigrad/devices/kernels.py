"""CuPy's elementwise kernels on a CPU: their text, between the lines of a loop, for the C++ compiler that is there."""

import ctypes
import functools
import hashlib
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

COMPILER = next(filter(None, map(shutil.which, ("c++", "g++", "clang++"))), None)
KINDS = {
    "bool": "bool", "int8": "signed char", "uint8": "unsigned char", "int16": "short", "uint16": "unsigned short",
    "int32": "int", "uint32": "unsigned int", "int64": "long long", "uint64": "unsigned long long",
    "float32": "float", "float64": "double",
}  # fmt: skip
ONE = (
    "sqrt cbrt exp exp2 expm1 log log2 log10 log1p sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh "
    "fabs floor ceil rint trunc"
)
TWO = "pow atan2 hypot copysign"
# The functions of C in both precisions. Including C++'s own header for them takes longer than everything else.
HEAD = """
extern "C" void* memcpy(void*, const void*, unsigned long);
static double __longlong_as_double(long long bits) { double x; memcpy(&x, &bits, 8); return x; }
"""
for name in ONE.split():
    HEAD += f'extern "C" double {name}(double); extern "C" float {name}f(float);\n'
    HEAD += f"static float {name}(float x) {{ return {name}f(x); }}\n"
for name in TWO.split():
    HEAD += f'extern "C" double {name}(double, double); extern "C" float {name}f(float, float);\n'
    HEAD += f"static float {name}(float x, float y) {{ return {name}f(x, y); }}\n"
folder = tempfile.TemporaryDirectory(prefix="kernels-")


@functools.cache
def translated(text):
    """The function `run` of a C++ text."""
    path = Path(folder.name) / hashlib.sha256(text.encode()).hexdigest()[:16]
    path.with_suffix(".cpp").write_text(text, encoding="utf-8")
    # Without contraction, each operation is rounded as NumPy rounds it.
    options = ["-O0", "-shared", "-fPIC", "-w", "-ffp-contract=off", "-o", path.with_suffix(".so")]
    subprocess.run([COMPILER, *options, path.with_suffix(".cpp")], check=True, capture_output=True, text=True)
    return ctypes.CDLL(str(path.with_suffix(".so"))).run


def parameters(text):
    """[(dtype, name), …] of "float32 x, bool m"."""
    return [tuple(part.split()) for part in text.split(", ")] if text else []


class ElementwiseKernel:
    """cupy.ElementwiseKernel: `operation` once per entry, all arguments broadcast to one shape.

    Attributes:
        launched: how often kernels were called; of all.
    """

    launched = 0

    def __init__(self, in_params, out_params, operation, name="kernel", **options):
        self.reads, self.writes, self.operation, self.name = (
            parameters(in_params),
            parameters(out_params),
            operation,
            name,
        )
        for _, variable in (*self.reads, *self.writes):
            if variable in ("i", "n") or variable.startswith("_"):
                raise ValueError(f"Parameter {variable!r} is not allowed")

    def text(self):
        pointers = [f"const {KINDS[kind]}* {v}_at" for kind, v in self.reads]
        pointers += [f"{KINDS[kind]}* {v}_at" for kind, v in self.writes]
        load = "".join(f"const {KINDS[kind]} {v} = {v}_at[i]; " for kind, v in self.reads)
        keep = "".join(f"{KINDS[kind]} &{v} = {v}_at[i]; " for kind, v in self.writes)
        return (
            f'{HEAD}\nextern "C" void run(long long n, {", ".join(pointers)}) {{\n'
            f"for (long long i = 0; i < n; i++) {{\n{load}\n{keep}\n{self.operation}\n}}\n}}\n"
        )

    def __call__(self, *arrays):
        from tests.minigrad.devices.strict import StrictArray

        assert len(arrays) == len(self.reads), f"{self.name} takes {len(self.reads)} arrays"
        for array, (kind, name) in zip(arrays, self.reads, strict=True):
            if not isinstance(array, StrictArray):
                raise TypeError(f"Unsupported type {type(array)}")
            if array.dtype != kind:
                raise TypeError(f"Type is mismatched. {name} {array.dtype} {kind}")
        ElementwiseKernel.launched += 1
        host = [np.ascontiguousarray(a) for a in np.broadcast_arrays(*[a._host for a in arrays])]
        out = [np.empty(host[0].shape, kind) for kind, _ in self.writes]
        pointers = [ctypes.c_void_p(a.ctypes.data) for a in (*host, *out)]
        translated(self.text())(ctypes.c_longlong(host[0].size), *pointers)
        results = tuple(StrictArray(a) for a in out)
        return results if len(results) > 1 else results[0]

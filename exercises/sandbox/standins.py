"""Stand-ins: what a worker offers in place of modules that cost time, or that would do the student's task.

With this module, one can
- make pictures and checks cost nothing:      install(engine=True)
- offer minigrad without its autograd:        install(engine=False)
- refuse single functions of minigrad:        forbid("minigrad.func.hvp") -> files that must be closed, too

What makes them hold is elsewhere: without the engine, a worker is forked from a process that never loaded it, and
Landlock keeps its files shut. The stand-ins see to it that a student reads a sentence and not a riddle.
"""

from __future__ import annotations

import dis
import importlib.abc
import importlib.machinery
import importlib.util
import inspect
import sys
import types
from typing import Any, ClassVar

SILENT = ("exercises", "visuals", "IPython", "matplotlib", "mpl_toolkits", "seaborn", "plotly", "ipywidgets")
OTHERS = (
    "torch",
    "jax",
    "tensorflow",
    "autograd",
    "sympy",
    "tinygrad",
    "cupy",
    "keras",
    "pytensor",
    "casadi",
)


class Silent(types.ModuleType):
    """A module or object that accepts everything and does nothing.

    Pictures and instant checks would only cost time while grading, so `visuals`, `matplotlib` and `exercises`
    become this. ``figure, axes = plt.subplots()`` works too: it unpacks into as many as are asked for.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self

    def __getitem__(self, key: Any) -> Any:
        return self

    def __setitem__(self, key: Any, value: Any) -> None:
        pass

    def __iter__(self) -> Any:
        frame = sys._getframe(1)
        code, at = frame.f_code.co_code, frame.f_lasti
        unpacking = at >= 0 and code[at] == dis.opmap["UNPACK_SEQUENCE"]
        return iter([self] * (code[at + 1] if unpacking else 0))

    def __enter__(self) -> Any:
        return self

    def __exit__(self, *_: Any) -> None:
        pass

    def __bool__(self) -> bool:
        return False


class NotInThisTask(RuntimeError):
    """An answer uses what it is the task to write."""


class Engineless(Silent):
    """minigrad and everything in it but `Function`, in a task where autograd is what the student writes.

    While cells run, it is silent: the notebook's own demonstrations need no note. Within an answer, it refuses.
    """

    answering: ClassVar[bool] = False

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if Engineless.answering:
            raise NotInThisTask(
                f"{self._said()} is not available in this task: write it yourself, with NumPy"
            )
        return self

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if self.__name__ == "minigrad" and name in ("Tensor", "Parameter"):
            return Absent  # so that isinstance(x, mg.Tensor) can be asked
        return Engineless(f"{self.__name__}.{name}")

    def _said(self) -> str:
        return self.__name__.replace("minigrad", "mg", 1)


def _operator(name: str) -> Any:
    return lambda self, *others: Engineless.__call__(self)


for _name in (
    "add",
    "sub",
    "mul",
    "truediv",
    "pow",
    "matmul",
    "neg",
    "radd",
    "rsub",
    "rmul",
    "rtruediv",
    "rmatmul",
):
    setattr(Engineless, f"__{_name}__", _operator(_name))


class Absent:
    """The class of Tensors where there are none."""

    def __init__(self, *args: Any, **kwargs: Any):
        Engineless("minigrad.Tensor")()


class Function:
    """`mg.Function` without the engine: the two methods that a gate defines, and nothing that uses them."""

    def forward(self, inputs: list) -> Any:
        raise TypeError(f"{type(self).__name__} has no forward(self, inputs) yet.")

    def backward(self, inputs: list, output: Any, output_diff: Any) -> list:
        raise TypeError(f"{type(self).__name__} has no backward(self, inputs, output, output_diff) yet.")

    def __call__(self, *inputs: Any) -> Any:
        return self.forward(list(inputs))


class Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Finds the stand-ins, submodules included, and says of other libraries that they are not there."""

    def __init__(self, engine: bool):
        self.kinds: dict[str, type[Silent]] = dict.fromkeys(SILENT, Silent)
        if not engine:
            self.kinds["minigrad"] = Engineless

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        top = name.partition(".")[0]
        if top in OTHERS:
            raise ModuleNotFoundError(f"{top} is not available while grading: use NumPy", name=top)
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if top in self.kinds else None

    def create_module(self, spec: Any) -> Any:
        return self.kinds[spec.name.partition(".")[0]](spec.name)

    def exec_module(self, module: Any) -> None:
        if module.__name__ == "minigrad" and isinstance(module, Engineless):
            vars(module)["Function"] = Function


def install(engine: bool) -> None:
    """From now on, imports in this process find the stand-ins; what was loaded under their names is let go."""
    finder = Finder(engine)
    for name in [name for name in sys.modules if name.partition(".")[0] in finder.kinds]:
        del sys.modules[name]
    sys.meta_path.insert(0, finder)


def forbid(name: str) -> list[str]:
    """Make a function, class or module of the engine refuse to work, under all its names.

    The code itself is replaced, so that no other reference to it helps.

    Returns:
        The files from which it could be loaded again: they have to be closed.

    Raises:
        ValueError: there is no such thing, or it is not written in Python.
    """
    functions = [f for f in _functions(name) if isinstance(f, types.FunctionType)]
    if not functions:
        raise ValueError(f"{name} is no Python function, class or module, so it cannot be forbidden")
    said = name.replace("minigrad", "mg", 1)
    message = f"{said} is not available in this task: write it yourself"
    scope: dict = {}
    exec(f"def refuse(*args, **kwargs):\n    raise RuntimeError({message!r})", scope)
    files = set()
    for function in functions:
        files.add(function.__code__.co_filename)
        free = function.__code__.co_freevars
        function.__code__ = scope["refuse"].__code__.replace(co_freevars=free, co_name=function.__name__)
    return sorted(files | {importlib.util.cache_from_source(file) for file in files})


def _functions(name: str) -> list[Any]:
    """What a dotted name stands for, down to its functions."""
    parts = name.split(".")
    found: Any = None
    for count in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:count]))
        except ImportError:
            continue
        for part in parts[count:]:
            found = getattr(found, part, None)
        break
    if inspect.isclass(found):
        return list(vars(found).values())
    if inspect.ismodule(found):
        return [f for f in vars(found).values() if getattr(f, "__module__", "") == found.__name__]
    return [getattr(found, "__func__", found)]

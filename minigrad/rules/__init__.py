"""The mathematics of minigrad: one table of derivatives per theme. Importing this package fills the rule book."""

from minigrad.rules import elementwise, linalg, neural, reduction, shape

__all__ = ["elementwise", "linalg", "neural", "reduction", "shape"]

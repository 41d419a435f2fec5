"""Data to learn from: the handwritten digits, shipped with the package, and minibatches of anything."""

from minigrad.data.batches import batches
from minigrad.data.digits import Split, digits

__all__ = ["Split", "batches", "digits"]

"""Memory for results: never shared with anything else that the user can see.

With this module, one can
- reuse what was let go of:     memory = Reused((512, 2048), "float32"); memory()
"""

from __future__ import annotations

import sys
from typing import Any

import numpy as np

# In bytes. Larger blocks glibc returns to the kernel when they are freed, and gets back page by page.
LARGE = 2**17


class Reused:
    """Arrays for one result of a program that runs again and again.

    A training step lets go of its gradients when the next step has computed new ones. Memory that nobody holds any
    more is handed out again; as long as anybody does (the array, a view of it, a Tensor around it), it is left alone
    and other memory is taken. Python counts who holds an object, so this is what freeing it and getting the same
    block again would do, without the page faults.

    Args:
        shape, dtype: of the arrays.

    Example:
        >>> memory = Reused((2, 3), "float32")
        >>> kept, first = memory(), memory()
        >>> address = first.ctypes.data
        >>> del first
        >>> memory().ctypes.data == address, np.shares_memory(memory(), kept)
        (True, False)
    """

    def __init__(self, shape: tuple, dtype: Any) -> None:
        self.shape, self.dtype = shape, dtype
        self.arrays: list[np.ndarray] = []

    def __call__(self) -> np.ndarray:
        """An array that nobody holds; what it contains is arbitrary. A view, so that it may be reshaped in place."""
        for k in range(len(self.arrays)):
            if holders(self.arrays, k) == NOBODY:
                return self.arrays[k].view()
        # Two are enough for a loop that computes new results before it lets go of the old ones.
        self.arrays = [*self.arrays[-1:], np.empty(self.shape, self.dtype)]
        return self.arrays[-1].view()


def holders(arrays: list, k: int) -> int:
    """How many hold the k-th array, the list and this call among them."""
    return sys.getrefcount(arrays[k])


NOBODY = holders([np.empty(0)], 0)

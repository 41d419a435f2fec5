"""A graph as a function of plain arrays, for running it many times: what `Graph.compile` makes.

A program (`minigrad.program`) becomes one that allocates almost nothing, in these steps:
    straightline   its calls in order, equal ones once    (signs, opened and constants help)
    layout         in which order the entries of each value lie in memory
    liveness       which values may lie in the same memory, one after the other
    buffered       the text of the new program            (forms: how one call is written; results: what is handed out)
    run            Compiled, which calls it
    proof          that it computes what the graph computes
"""

from minigrad.compiled.proof import prove
from minigrad.compiled.run import Compiled

__all__ = ["Compiled", "prove"]

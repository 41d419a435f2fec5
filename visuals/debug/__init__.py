"""Finding out what is wrong with a backward pass, and why it costs what it costs.

- first_wrong_edge(loss)    the first rule on the way back that is no derivative of its call
- trace_diff(after, before)   what differs between two runs: with and without zero_grad, a detach, a bug
- paths(loss, leaf)         the gradient as a sum over all paths, and what that costs
- thermometer(loss)         how large the gradient still is, layer by layer or by depth
- tape(loss)                which arrays are kept for the backward pass, and until when
"""

from visuals.debug.depth import Thermometer, thermometer
from visuals.debug.differences import TraceDiff, trace_diff
from visuals.debug.every_path import Paths, paths
from visuals.debug.remembered import Tape, tape
from visuals.debug.wrong import WrongEdge, first_wrong_edge

__all__ = [
    "Paths",
    "Tape",
    "Thermometer",
    "TraceDiff",
    "WrongEdge",
    "first_wrong_edge",
    "paths",
    "tape",
    "thermometer",
    "trace_diff",
]

"""Adds in place, into an array that belongs to somebody else.

loses: test_add_forward, test_circuit
says: overwrote its input
"""

import minigrad as mg


class AddGate(mg.Function):
    def forward(self, inputs):
        x, y = inputs
        x += y
        return x

    def backward(self, inputs, output, output_diff):
        x, y = inputs
        return [output_diff, output_diff]

"""Computes, and remembers nothing.

loses: test_apply, test_apply_numbers, test_backward, test_backward_arrays, test_backward_twice, test_backward_large, test_recurrent
says: apply returned no Node
"""


def apply(function, *arguments):
    return FORWARD[function](*[a.value if isinstance(a, Node) else a for a in arguments])

"""Keeps copies of its arguments.

loses: test_apply, test_apply_numbers, test_backward, test_backward_arrays, test_backward_twice, test_backward_large, test_recurrent
says: is not the very node that was given
"""


def apply(function, *arguments):
    parents = [Node(a.value if isinstance(a, Node) else a) for a in arguments]
    value = FORWARD[function](*[parent.value for parent in parents])
    return Node(value, function, parents)

"""Only nodes are parents.

loses: test_apply_numbers, test_backward, test_backward_arrays, test_recurrent
says: one parent per argument
"""


def apply(function, *arguments):
    value = FORWARD[function](*[a.value if isinstance(a, Node) else a for a in arguments])
    return Node(value, function, [a for a in arguments if isinstance(a, Node)])

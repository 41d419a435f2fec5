"""Plain numbers stay what they are.

loses: test_apply_numbers, test_backward, test_backward_arrays, test_recurrent
says: a plain number is no Node
"""


def apply(function, *arguments):
    value = FORWARD[function](*[a.value if isinstance(a, Node) else a for a in arguments])
    return Node(value, function, list(arguments))

"""A node without parents is a leaf.

loses: test_apply, test_apply_numbers, test_backward, test_backward_arrays, test_backward_twice, test_backward_large, test_recurrent
says: one parent per argument
"""


def apply(function, *arguments):
    parents = [a if isinstance(a, Node) else Node(a) for a in arguments]
    value = FORWARD[function](*[parent.value for parent in parents])
    return Node(value, function)

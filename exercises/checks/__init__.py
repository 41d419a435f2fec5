"""What the public checks and the hidden tests of an exercise share: a module per topic.

A function here compares one answer with what is right, on inputs that its caller chooses: fixed ones that students
may read in a public check, fresh random ones in a hidden test.
"""

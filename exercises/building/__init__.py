"""What `minigrad build` makes from the sources in `course/`, each in a file of its own.

- proof.py:        the solution earns everything, the stubs nothing, every mutant loses points
- notebook.py:     the student's notebook, the one for nbgrader, and the instructor's
- nbgrader.py:     a folder that nbgrader's own commands work in
- gradescope.py:   a zip file to upload as a Gradescope autograder
- scaffold.py:     a new exercise that builds at once (`minigrad new`)
"""

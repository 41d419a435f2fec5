"""The untrusted side: the process that runs a student's code, the walls around it, and what goes in and out.

- messages:               wire
- running cells:          cells, worker, standins
- starting workers:       forkserver, folders
- walls:                  lockdown = rlimits + privileges + landlock + seccomp (syscalls); tried by probe

What each level stops and what it does not: SECURITY.md.
"""

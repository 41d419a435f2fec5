"""The untrusted side: the process that runs a student's code, and the messages it exchanges."""

"""What minigrad takes, beside hand-written NumPy, PyTorch, HIPS autograd, JAX and micrograd, in one run.

    python -m tests.benchmarks                       # everything; a Markdown table and a figure in results/
    python -m tests.benchmarks --workloads B --quick # one workload, in seconds
    python -m tests.benchmarks --help

- `workloads/`   one file per workload: the same mathematics in every peer's own words
- `job.py`       what a workload and a peer are
- `worker.py`    one process for one peer, which runs it when asked
- `driver.py`    asks all peers in turn, so that whatever disturbs the machine disturbs all of them
- `agreement.py` first of all, everybody must compute the same numbers
- `results.py`   medians, ratios, targets; `table.py` and `figure.py` show them; `machine.py` says where it was
"""

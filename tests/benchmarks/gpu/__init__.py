"""Training on a GPU, measured beside PyTorch on the same GPU, and against its matrix product.

python -m tests.benchmarks.gpu --help

    tasks       what is trained: D, E and F of the other benchmarks, a wide network, a large batch of images
    engines     how each engine writes a step of it
    clock       how long steps take
    products    how fast the GPU multiplies matrices: the most that any of this can reach
    overlap     what a loader hides by copying a batch while the step before it computes
    report      the table and the figures
"""

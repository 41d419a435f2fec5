"""The workloads, by letter."""

from tests.benchmarks.job import Workload
from tests.benchmarks.workloads import (
    a_scalars,
    b_elementwise,
    c_deep,
    d_mlp,
    e_large_mlp,
    f_cnn,
    g_rnn,
    h_hvp,
    i_gradcheck,
    j_import,
    k_pictures,
    l_trace,
)

WORKLOADS: dict[str, Workload] = {
    module.WORKLOAD.letter: module.WORKLOAD
    for module in (
        a_scalars, b_elementwise, c_deep, d_mlp, e_large_mlp, f_cnn,
        g_rnn, h_hvp, i_gradcheck, j_import, k_pictures, l_trace,
    )
}  # fmt: skip

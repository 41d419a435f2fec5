"""The summary table of a network."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.nn.table import Table


def rng(seed=0):
    return np.random.default_rng(seed)


def net():
    return mg.nn.Sequential(
        mg.nn.Conv2d(1, 2, 3, rng()), mg.nn.BatchNorm2d(2), mg.nn.Flatten(), mg.nn.Dropout(0.5, rng()),
        mg.nn.Linear(72, 10, rng()),
    )  # fmt: skip


def rows(table):
    return [tuple(row) for row in table.rows]


def test_names_shapes_and_counts():
    table = net().summary((4, 1, 8, 8))
    assert table.head == ["name", "module", "result", "parameters"]
    assert rows(table) == [
        ("", "Sequential", "(4, 10)", ""),
        ("layers.0", "Conv2d(1, 2, kernel_size=3)", "(4, 2, 6, 6)", "20"),
        ("layers.1", "BatchNorm2d(2)", "(4, 2, 6, 6)", "4"),
        ("layers.2", "Flatten()", "(4, 72)", ""),
        ("layers.3", "Dropout(p=0.5)", "(4, 72)", ""),
        ("layers.4", "Linear(n_in=72, n_out=10)", "(4, 10)", "730"),
    ]
    assert table.foot == "754 parameters, 5.891 KiB"


def test_the_network_is_left_as_it_was():
    module = net()
    module[1].eval()
    before, state = module.state_dict(), module[3].rng.bit_generator.state
    module.summary(np.ones((4, 1, 8, 8)))
    after = module.state_dict()
    assert all(np.array_equal(before[name], after[name]) for name in before)
    assert module[3].rng.bit_generator.state == state
    assert [part.training for part in module.modules()] == [True, True, False, True, True, True]
    with pytest.raises(ValueError, match="Conv2d"):
        module.summary((4, 3, 8, 8))
    assert [part.training for part in module.modules()] == [True, True, False, True, True, True]
    assert all(not part._hooks.functions for part in module.modules())


def test_shared_frozen_and_uncalled_parts():
    layer = mg.nn.Linear(2, 2, rng())

    class Twice(mg.nn.Module):
        def __init__(self):
            self.a, self.b, self.unused = layer, mg.nn.Sequential(layer), mg.nn.Linear(2, 1, rng())
            self.tied = mg.nn.Linear(2, 2, rng(), bias=False)
            self.tied.weight = layer.weight

        def forward(self, x):
            return self.a(x), self.b(x)

    module = Twice()
    module.unused.requires_grad_(False)
    table = module.summary(mg.tensor(np.ones((3, 2))))
    assert rows(table) == [
        ("", "Twice", "(3, 2), (3, 2)", ""),
        ("a", "Linear(n_in=2, n_out=2)", "(3, 2) ×2", "6"),
        ("b", "Sequential", "(3, 2)", ""),
        ("unused", "Linear(n_in=2, n_out=1)", "—", "3"),
        ("tied", "Linear(n_in=2, n_out=2, bias=False)", "—", "shared"),
    ]
    assert table.foot == "9 parameters, 3 frozen, 72 B"


def test_without_inputs_there_are_no_shapes():
    table = mg.nn.Linear(2, 2, rng(), np.float32).summary()
    assert table.head == ["name", "module", "parameters"]
    assert repr(table).splitlines()[-1] == "6 parameters, 24 B"
    assert mg.nn.ReLU().summary((2, 3)).rows == [["", "ReLU()", "(2, 3)", ""]]


def test_inputs_take_the_dtype_of_the_parameters():
    module, seen = mg.nn.Linear(2, 2, rng(), np.float32), []
    with module.register_forward_hook(lambda _, inputs, out: seen.append(out.dtype)):
        module.summary((5, 2))
    assert seen == [np.float32]


def test_text_is_aligned_and_html_escaped():
    table = Table(["name", "n"], [["a<b", "1"], ["c", "1,000"]], foot="x & y", numbers=1)
    assert repr(table) == "name      n\n-----------\na<b       1\nc     1,000\n-----------\nx & y"
    html = table._repr_html_()
    assert "a&lt;b" in html
    assert "x &amp; y" in html
    assert html.count("<tr>") == 3
    assert 'text-align:right;white-space:pre">1,000' in html

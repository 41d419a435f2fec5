"""Searches without gradients: they go down, they can be repeated, and they leave nothing half done."""

import json

import numpy as np
import pytest

import minigrad as mg

OPT = mg.optim
KINDS = [OPT.RandomSearch, OPT.Genetic]


def bowl(seed=0):
    w, b = mg.Parameter([[3.0, -2.0], [1.0, 0.5]], name="w"), mg.Parameter(2.0, name="b")
    return [w, b], lambda: (w * w).sum() + b * b


@pytest.mark.parametrize("kind", KINDS)
def test_the_best_is_kept_and_the_loss_never_rises(kind):
    params, loss = bowl()
    start = loss().item()
    search = kind(params, np.random.default_rng(0), scale=0.5)
    losses = [search.step(loss) for _ in range(40)]
    assert all(b <= a for a, b in zip([start, *losses], losses, strict=False))
    assert losses[-1] < 0.1 * start
    assert loss().item() == losses[-1]
    np.testing.assert_array_equal(OPT.parameters_to_vector(params), search.best)


@pytest.mark.parametrize("kind", KINDS)
def test_a_seed_repeats_a_search(kind):
    def run(seed):
        params, loss = bowl()
        search = kind(params, np.random.default_rng(seed))
        return [search.step(loss) for _ in range(5)]

    assert run(1) == run(1)
    assert run(1) != run(2)


def test_evaluations_are_counted_and_nothing_is_recorded():
    params, loss = bowl()
    seen = []

    def closure():
        seen.append(loss().requires_grad)
        return loss()

    search = OPT.RandomSearch(params, np.random.default_rng(0), trials=7)
    search.step(closure)
    assert seen == [False] * 8
    assert search.evaluations == 8
    genetic = OPT.Genetic(params, np.random.default_rng(0), population=9)
    genetic.step(closure)
    assert genetic.evaluations == 9


def test_guessing_stays_around_the_start_and_local_search_walks():
    w = mg.Parameter([0.0])
    ends = {}
    for around in ("start", "best"):
        w.data = np.zeros(1)
        search = OPT.RandomSearch([w], np.random.default_rng(0), scale=0.1, around=around)
        for _ in range(50):
            search.step(lambda: (w - 5) ** 2)
        ends[around] = w.item()
    assert ends["start"] < 0.5  # five standard deviations
    assert ends["best"] == pytest.approx(5, abs=0.1)


def test_crossover_takes_each_entry_from_a_parent():
    w = mg.Parameter(np.zeros(200))
    genetic = OPT.Genetic([w], np.random.default_rng(0), population=4, scale=1.0, elite=1, mutation_rate=0.0)
    parents = genetic.individuals.copy()
    genetic.step(lambda: (w * w).sum())
    np.testing.assert_array_equal(genetic.individuals[0], parents[0])  # the zeros are the best
    for child in genetic.individuals[1:]:
        assert (child == parents).any(axis=0).all()


def test_mutation_changes_the_stated_share_by_the_stated_amount():
    w = mg.Parameter(np.zeros(20_000))
    genetic = OPT.Genetic(
        [w], np.random.default_rng(0), population=3, scale=1e-12, elite=1, mutation_rate=0.2, mutation=0.5
    )
    genetic.step(lambda: 0.0)
    changes = genetic.individuals[1:][abs(genetic.individuals[1:]) > 1e-9]
    assert changes.size / 40_000 == pytest.approx(0.2, rel=0.03)
    assert changes.std() == pytest.approx(0.5, rel=0.03)


def test_stronger_tournaments_select_more():
    def mean_loss(size):
        w = mg.Parameter(np.zeros(1))
        genetic = OPT.Genetic(
            [w],
            np.random.default_rng(0),
            population=400,
            scale=1.0,
            elite=1,
            tournament=size,
            mutation_rate=0.0,
        )
        genetic.step(lambda: w.item() ** 2)
        return (genetic.individuals**2).mean()

    assert mean_loss(1) > 2 * mean_loss(3) > 4 * mean_loss(10)


@pytest.mark.parametrize("kind", KINDS)
def test_a_network_on_the_digits(kind):
    """Not well, but better than guessing: float32, several layers, fewer than 1,000 evaluations."""
    split, rng = mg.data.digits(), np.random.default_rng(0)
    x, y = mg.tensor(split.x_train[:300]), split.y_train[:300]
    w1 = mg.Parameter(mg.init.he_normal((64, 8), rng), dtype=np.float32)
    w2 = mg.Parameter(mg.init.he_normal((8, 10), rng), dtype=np.float32)
    search = kind([w1, w2], rng, scale=0.1)
    first = search.step(lambda: mg.cross_entropy(mg.relu(x @ w1) @ w2, y))
    for _ in range(18):
        last = search.step(lambda: mg.cross_entropy(mg.relu(x @ w1) @ w2, y))
    assert last < 0.9 * first
    assert w1.dtype == search.best.dtype == np.float32


@pytest.mark.parametrize("kind", KINDS)
def test_it_goes_on_where_it_was_saved(kind):
    params, loss = bowl()
    search = kind(params, np.random.default_rng(0))
    search.step(loss)
    state = search.state_dict()
    state["rng"] = json.loads(json.dumps(state["rng"]))
    straight = [search.step(loss) for _ in range(3)]
    others, loss = bowl()
    again = kind(others, np.random.default_rng(5))
    again.load_state_dict(state)
    np.testing.assert_array_equal(OPT.parameters_to_vector(others), state["best"])
    assert [again.step(loss) for _ in range(3)] == straight
    assert again.evaluations == search.evaluations
    with pytest.raises(ValueError, match=f"not what state_dict.. of a {kind.__name__} gives"):
        again.load_state_dict({**state, "optimizer": "Adam"})
    with pytest.raises(ValueError, match=r"The saved best has shape \(5,\), not \(1,\)"):
        kind([mg.Parameter([1.0])], np.random.default_rng(0)).load_state_dict(state)


def test_nan_is_the_worst():
    w = mg.Parameter([1.0])
    search = OPT.RandomSearch([w], np.random.default_rng(0))
    assert search.step(lambda: np.nan if w.item() < 1 else w.item() - 1) == 0
    with pytest.raises(ArithmeticError, match="loss of every candidate is NaN"):
        search.step(lambda: np.nan)
    assert w.item() == 1


def test_an_error_in_the_closure_leaves_the_best_weights():
    w = mg.Parameter([1.0])
    search = OPT.RandomSearch([w], np.random.default_rng(0))

    def closure():
        if w.item() != 1:
            raise KeyboardInterrupt
        return 1.0

    with pytest.raises(KeyboardInterrupt):
        search.step(closure)
    assert w.item() == 1


REFUSED = [
    (
        lambda p, r: OPT.RandomSearch(p, 0),
        TypeError,
        r"this is int\. Write rng = np\.random\.default_rng\(0\) once",
    ),
    (lambda p, r: OPT.RandomSearch([], r), ValueError, "list of parameters is empty"),
    (
        lambda p, r: OPT.RandomSearch([mg.Parameter([1j])], r),
        ValueError,
        "searches real numbers; there are complex",
    ),
    (lambda p, r: OPT.RandomSearch(p, r, scale=0), ValueError, "RandomSearch: scale must be above 0"),
    (lambda p, r: OPT.RandomSearch(p, r, trials=0), ValueError, "trials must be a whole number from 1 on"),
    (lambda p, r: OPT.RandomSearch(p, r, around="here"), ValueError, "around must be 'best' or 'start'"),
    (
        lambda p, r: OPT.RandomSearch(p, r).step(3.0),
        TypeError,
        r"step needs a function that computes the loss.*float",
    ),
    (
        lambda p, r: OPT.RandomSearch(p, r).step(lambda: None),
        TypeError,
        "must return one number; it returned None",
    ),
    (
        lambda p, r: OPT.RandomSearch(p, r).step(lambda: p[0]),
        TypeError,
        "must return one number; it returned Param",
    ),
    (lambda p, r: OPT.Genetic(p, r, population=2), ValueError, "elite must be below the population.*2 and 2"),
    (lambda p, r: OPT.Genetic(p, r, mutation_rate=1), ValueError, r"mutation_rate must be in \[0, 1\)"),
    (
        lambda p, r: OPT.vector_to_parameters(np.ones(2), p),
        ValueError,
        r"5 entries; the vector has shape \(2,\)",
    ),
]


@pytest.mark.parametrize(("make", "error", "message"), REFUSED)
def test_what_is_refused(make, error, message):
    with pytest.raises(error, match=message):
        make(bowl()[0], np.random.default_rng(0))


def test_how_they_print():
    params, _ = bowl()
    assert repr(OPT.RandomSearch(params, np.random.default_rng(0))) == (
        "RandomSearch(5 numbers, 0 evaluations: scale=0.1, trials=10, around='best')"
    )

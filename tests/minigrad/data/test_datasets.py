"""Datasets: rows by number, slice and array."""

import numpy as np
import pytest

import minigrad as mg
from minigrad.data import ArrayDataset, Dataset, Subset, TensorDataset
from minigrad.data.rows import rows_of, stacked

X, Y = np.arange(12.0).reshape(6, 2), np.arange(6) * 10


@pytest.fixture
def dataset():
    return ArrayDataset(X, Y)


def test_a_row_and_several_rows(dataset):
    x, y = dataset[2]
    assert x.tolist() == [4, 5]
    assert y == 20
    assert dataset[-1][1] == 50
    assert dataset[np.int64(1)][1] == 10
    for several in (slice(1, 5, 2), [1, 3], np.array([1, 3]), range(1, 5, 2)):
        x, y = dataset[several]
        assert x.tolist() == [[2, 3], [6, 7]]
        assert y.tolist() == [10, 30]
    assert dataset[Y > 30][1].tolist() == [40, 50]
    assert dataset[[]][0].shape == (0, 2)
    assert len(dataset) == 6
    assert [int(y) for _, y in dataset] == Y.tolist()


def test_pytorchs_name_is_the_same_class():
    assert TensorDataset is ArrayDataset


def test_the_arrays_are_used_where_they_are_and_tensors_are_opened(dataset):
    assert dataset.arrays[0] is X
    t = mg.tensor([1.0, 2.0])
    assert ArrayDataset(t).arrays[0] is t.data


def test_it_says_what_it_holds(dataset):
    assert repr(dataset) == "ArrayDataset(float64 (6, 2), int64 (6,))"
    assert repr(Subset(dataset, [1])) == "Subset of 1 rows of ArrayDataset"


@pytest.mark.parametrize("index", [(1, 0), None, 1.0, "a", True, ...])
def test_an_index_that_asks_for_no_rows(dataset, index):
    with pytest.raises(TypeError, match="by a number, a slice or an array of numbers"):
        dataset[index]


@pytest.mark.parametrize("index", [[1.0], [[1, 2]], np.array(3)])
def test_an_array_of_no_row_numbers(dataset, index):
    with pytest.raises(TypeError, match="whole numbers or truth values with one axis"):
        dataset[index]


def test_arrays_that_do_not_go_together():
    with pytest.raises(ValueError, match=r"same number of rows; these have \[6, 5\]"):
        ArrayDataset(X, Y[:5])
    for nothing in ((), (3.0,)):
        with pytest.raises(ValueError, match="at least one array, and every array needs an axis of rows"):
            ArrayDataset(*nothing)
    with pytest.raises(TypeError, match="Array 1 of the dataset holds <U3, which are no numbers"):
        ArrayDataset([1, 2], ["cat", "dog"])
    with pytest.raises(ValueError, match="Array 0 of the dataset does not make one array of numbers"):
        ArrayDataset([[1], [1, 2]])
    with pytest.raises(TypeError, match=r"wants a gradient, .* write w\.detach\(\)"):
        ArrayDataset(mg.tensor([1.0], requires_grad=True, name="w"))


def test_a_subset_is_a_view_and_subsets_nest(dataset):
    part = Subset(dataset, [5, 0, -2])
    assert [int(part[k][1]) for k in range(3)] == [50, 0, 40]
    assert part[:2][1].tolist() == [50, 0]
    assert part[[False, True, True]][1].tolist() == [0, 40]
    assert Subset(part, [2, 0]).rows([1, 0])[1].tolist() == [50, 40]
    assert Subset(dataset, Y < 20)[:][1].tolist() == [0, 10]
    assert len(Subset(dataset, [])) == 0
    assert Subset(["a", "b"], [1])[0] == "b"


def test_a_subset_of_rows_that_are_not_there(dataset):
    with pytest.raises(IndexError, match=r"The dataset has 6 rows, 0 … 5; there is no row 6"):
        Subset(dataset, [0, 6])
    with pytest.raises(IndexError, match="there is no row -7"):
        Subset(dataset, [-7])
    with pytest.raises(TypeError, match="whole numbers or truth values"):
        Subset(dataset, [0.5])


def test_a_dataset_must_say_its_length_and_its_rows():
    class Half(Dataset):
        def __len__(self):
            return 1

    with pytest.raises(TypeError, match=r"abstract.*__getitem__"):
        Half()


def test_rows_of_anything_with_rows():
    class Alone:
        def rows(self, indices):
            return np.asarray(indices) * 2

    assert rows_of(Alone(), [1, 2])[0].tolist() == [2, 4]
    with pytest.raises(ValueError, match="nothing to stack"):
        stacked([], [])

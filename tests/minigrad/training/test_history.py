"""History: a dict of lists that can be looked at."""

import pytest

from minigrad.training import History


def test_a_history_is_a_dict_of_lists_and_a_table():
    history = History()
    assert (history.epochs, repr(history)) == (0, "epoch\n-----")
    history.append({"loss": 1.0})
    history.append({"loss": 0.25, "accuracy": 0.5})
    history.append({"accuracy": 0.75})
    assert history == {"loss": [1.0, 0.25, None], "accuracy": [None, 0.5, 0.75]}
    assert history.epochs == 3
    assert repr(history).splitlines()[-1] == "    3     —      0.75"
    assert history._repr_html_().count("<tr>") == 4
    copied = History(history)
    copied.append({"loss": 1.0})
    assert history.epochs == 3
    with pytest.raises(
        ValueError, match=r"one number per epoch in each of its lists; these have {'a': 1, 'b': 2}"
    ):
        History({"a": [1], "b": [1, 2]})

"""Selection rates and impact ratios, from counts made by hand."""

import numpy as np
import pytest

from fairmoe.errors import InvalidInputError
from fairmoe.metrics.selection import impact_ratios


def test_ratios_are_to_the_most_selected_of_the_categories_that_count():
    # Of 500 in a half are selected, of 491 in b 100, and of 9 in c, under 2% of 1,000, all.
    group = np.repeat([0, 1, 2], [500, 491, 9])
    selected = np.concatenate([np.arange(500) < 250, np.arange(491) < 100, np.ones(9, dtype=bool)])
    table = impact_ratios(selected, group=group, group_names=["a", "b", "c"])
    assert table["n"].tolist() == [500, 491, 9]
    assert table["share"].tolist() == [0.5, 0.491, 0.009]
    assert table["selected"].tolist() == [250, 100, 9]
    assert table["selection_rate"].tolist() == [0.5, 100 / 491, 1.0]
    assert table["impact_ratio"].tolist()[:2] == [1.0, 100 / 491 / 0.5]
    assert np.isnan(table.loc["c", "impact_ratio"])
    assert table["small"].tolist() == [False, False, True]


def test_two_percent_is_enough_and_nobody_gives_nothing():
    group = np.repeat([0, 1], [98, 2])
    table = impact_ratios(np.zeros(100), group=group, group_names=["a", "b", "c"])
    assert table["small"].tolist() == [False, False, True]
    assert table["impact_ratio"].isna().all()
    assert np.isnan(table.loc["c", "selection_rate"])


def test_arrays_of_another_form_are_refused():
    with pytest.raises(InvalidInputError, match="y_selected"):
        impact_ratios([0, 2], group=[0, 1], group_names=["a", "b"])
    with pytest.raises(InvalidInputError, match="same"):
        impact_ratios([0, 1, 1], group=[0, 1], group_names=["a", "b"])

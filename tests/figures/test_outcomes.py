"""Who gets an outcome, as drawn."""

import pytest

from fairmoe.figures.outcomes import outcome_figure
from fairmoe.metrics import account_in_people


@pytest.fixture
def groups():
    return account_in_people(
        [1, 1, 0, 0, 1, 0],
        [1, 0, 0, 0, 1, 0],
        [1, 1, 1, 0, 0, 0],
        group=[0, 0, 0, 0, 1, 1],
        group_names=["<b>", "b"],
        favourable=True,
    ).groups


def test_each_group_has_a_mark_by_label_plain_model_and_mixture(groups):
    figure = outcome_figure(groups, "hired", 6)
    drawn = {trace.name: list(trace.x) for trace in figure.data}
    assert drawn == {
        "By label": [50.0, 50.0],
        "Plain model": [25.0, 50.0],
        "Mixture": [75.0, 0.0],
    }
    mixture = figure.data[2]
    assert list(mixture.error_x.array) == list(100 * groups["good_model_rate_high"] - [75.0, 0.0])
    assert list(figure.layout.yaxis.ticktext) == ["&lt;b&gt;", "b"]
    places = [trace.y for trace in figure.data]
    assert [[y[row] for y in places] for row in (0, 1)] == [[-0.24, 0, 0.24], [0.76, 1, 1.24]]


def test_of_many_groups_the_largest_are_drawn():
    sizes = [20 - i for i in range(10)]
    ids = [i for i, n in enumerate(sizes) for _ in range(n)]
    rows = [i % 2 for i in range(len(ids))]
    names = [f"g{i}" for i in range(10)]
    account = account_in_people(
        rows, rows, rows, group=ids, group_names=names, favourable=True
    ).groups
    assert list(outcome_figure(account, "x", 6).layout.yaxis.ticktext) == names[:6]

import pandas as pd
import pytest

from fairmoe.figures.data import MOST_BARS, missing_figure, proxies_figure
from fairmoe.sentences.data import missing_takeaway, proxies_takeaway

MISSING = pd.DataFrame(
    {
        "column": ["<b>x</b>", "<b>x</b>", "y", "y"],
        "group": ["f", "m", "f", "m"],
        "rows": [100, 50, 100, 50],
        "missing": [0, 25, 10, 5],
    }
)
ALONE = pd.Series({f"c{i}": 0.9 - 0.02 * i for i in range(20)})


def test_missing_values_are_drawn_in_percent_with_intervals_and_counts():
    figure = missing_figure(MISSING)
    women, men = figure.data
    assert list(men.x) == [50, 10]
    assert list(men.customdata) == ["25 of 50", "5 of 50"]
    # Wilson, 0 of 100: z^2 / (100 + z^2) = 3.70%.
    assert women.error_x.array[0] == pytest.approx(3.70, abs=0.01)
    assert women.error_x.arrayminus[0] == 0
    assert women.marker.symbol != men.marker.symbol
    assert "<b>x</b>" not in figure.to_json()
    assert missing_takeaway(MISSING) == (
        "2 features have missing values; groups differ most in <b>x</b>: missing for 50.0% of m "
        "and 0.0% of f."
    )


def test_proxies_are_bars_from_chance_beside_all_together():
    figure = proxies_figure(ALONE, 0.95, 0.52)
    bars = figure.data[0]
    assert bars.y[0] == "All together"
    assert len(bars.y) == 1 + MOST_BARS
    assert bars.x[0] == pytest.approx(45)
    assert bars.base == 50
    assert figure.layout.shapes[0].x1 == pytest.approx(52)
    assert "AUC of 95%" in proxies_takeaway(ALONE, 0.95, 0.52)
    assert "c0 (90%)" in proxies_takeaway(ALONE, 0.95, 0.52)


def test_chance_is_not_called_a_proxy():
    told = proxies_takeaway(pd.Series({"a": 0.51, "b": 0.48}), 0.515, 0.52)
    assert told == "No feature predicts the group better than chance may."


def test_what_no_row_could_be_judged_for_is_no_number():
    figure = proxies_figure(pd.Series({"age": float("nan")}), float("nan"), 0.6)
    assert list(figure.data[0].text) == ["insufficient data"] * 2

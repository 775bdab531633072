import numpy as np
import pandas as pd
import pytest

from fairmoe._escape import escape_html
from fairmoe.figures.decisions import (
    MIN_ROWS_OF_BIN,
    MOST_GROUPS,
    calibration_figure,
    confusion_figure,
    roc_figure,
)
from fairmoe.figures.palette import group_styles
from fairmoe.metrics import (
    auc_by_group,
    calibration_by_group,
    confusion_by_group,
    expected_calibration_error,
    roc_by_group,
)
from fairmoe.sentences.outcomes import (
    calibration_takeaway,
    cells_in_words,
    confusion_takeaway,
)

NAMES = ["<b>a</b>", "b", "nobody"]
RNG = np.random.default_rng(0)
Y, GROUP = RNG.integers(0, 2, 300), np.repeat([0, 1], [100, 200])
SCORE = np.clip(0.3 * Y + 0.7 * RNG.random(300), 0, 1)
LABELS = cells_in_words(("<i>", "not"))
ROWS = {"group": GROUP, "group_names": NAMES}


def test_curves_are_drawn_in_the_groups_styles_beside_chance():
    aucs = auc_by_group(Y, SCORE, **ROWS)
    figure = roc_figure(roc_by_group(Y, SCORE, **ROWS), aucs, "<i>")
    styles = group_styles(NAMES)
    assert [trace.name for trace in figure.data] == ["chance", styles[0].label, "b"]
    assert [trace.line.dash for trace in figure.data[1:]] == [styles[0].dash, styles[1].dash]
    assert (figure.data[2].x[-1], figure.data[2].y[-1]) == (100, 100)
    assert "<b>" not in figure.to_json()
    assert figure.layout.xaxis.title.text == "false positive rate<br>wrongly “&lt;i&gt;”"
    assert figure.layout.yaxis.title.text == "true positive rate<br>rightly “&lt;i&gt;”"


def test_of_many_groups_the_largest_are_drawn():
    groups = np.repeat(np.arange(12), np.arange(25, 13, -1))
    y = np.arange(len(groups)) % 2
    rows = {"group": groups, "group_names": [f"g{i}" for i in range(12)]}
    figure = roc_figure(roc_by_group(y, y, **rows), auc_by_group(y, y, **rows), "hired")
    assert [trace.name for trace in figure.data[1:]] == [f"g{i}" for i in range(MOST_GROUPS)]


def test_bins_of_a_few_rows_are_not_drawn():
    calibration = calibration_by_group(Y, SCORE, **ROWS)
    sizes = calibration.groupby("group", sort=False)["n"].sum()
    figure = calibration_figure(calibration, sizes)
    a, b, nobody = figure.data[1:]
    drawn = calibration[(calibration["group"] == "b") & (calibration["n"] >= MIN_ROWS_OF_BIN)]
    assert list(b.customdata) == drawn["n"].tolist()
    assert list(b.y) == pytest.approx((100 * drawn["positive_rate"]).tolist())
    assert len(nobody.x) == 0
    assert a.marker.symbol != b.marker.symbol
    errors = expected_calibration_error(calibration)
    told = calibration_takeaway(errors)
    assert f"{100 * errors['b']:.1f} pp for b" in told
    assert calibration_takeaway(errors.loc[["nobody"]]) == "No group has rows."


def test_confusion_is_stacked_to_the_whole_of_each_group():
    confusion = confusion_by_group(Y, SCORE > 0.5, **ROWS)
    figure = confusion_figure(confusion, LABELS, favourable=True)
    assert len({trace.marker.pattern.shape for trace in figure.data}) == 4
    assert sum(trace.x[0] for trace in figure.data) == pytest.approx(100)
    assert figure.data[0].text[2] == ""
    assert "<i>" not in figure.to_json()


@pytest.mark.parametrize(
    ("favourable", "denied"), [(True, "false_negative"), (False, "false_positive")]
)
def test_who_is_wrongly_denied_stands_out_beside_those_who_rightly_get_it(favourable, denied):
    confusion = confusion_by_group(Y, SCORE > 0.5, **ROWS)
    figure = confusion_figure(confusion, LABELS, favourable=favourable)
    assert figure.data[1].name == escape_html(LABELS[denied])
    assert figure.data[1].marker.color == "#D55E00"
    untold = confusion_figure(confusion, LABELS, favourable=None)
    assert "#D55E00" not in {trace.marker.color for trace in untold.data}


def test_errors_are_told_among_those_whom_they_can_meet():
    # Of 100 men 10 of 20 positive are missed, of 100 women 12 of 60: more, and less often.
    counts = {
        "n": [100, 100, 0],
        "true_positive": [10, 48, 0],
        "false_negative": [10, 12, 0],
        "false_positive": [8, 10, 0],
        "true_negative": [72, 30, 0],
    }
    confusion = pd.DataFrame(counts, index=["men", "women", "nobody"])
    assert confusion_takeaway(confusion, ("hired", "not hired"), favourable=True) == (
        "Of those whose label is “hired”, wrongly “not hired” most often: men (50.0% of 20 rows). "
        "Of those whose label is “not hired”, wrongly “hired” most often: women (25.0% of 40 rows)."
    )
    alike = confusion.loc[["men", "men", "nobody"]].set_axis(["a", "b", "nobody"])
    assert "wrongly “not hired” equally often in all groups (50.0%)" in confusion_takeaway(
        alike, ("hired", "not hired"), favourable=True
    )

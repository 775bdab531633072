"""Figures and tables on the Experts page belong to what is shown."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fairmoe.metrics import largest_gaps
from tests.ui.parts import open_part
from tests.ui.understand.shown import first_table, specs


@pytest.mark.slow
def test_shuffling_is_done_once_for_each_model(experts, monkeypatch):
    asked = []

    def counted(*arrays, **rest):
        asked.append(rest["rates"])
        return largest_gaps(*arrays, **rest)

    open_part(experts, "experts-part", "By group")
    monkeypatch.setattr("fairmoe.metrics.largest_gaps", counted)
    for model in ("utility", "mixture", "utility"):
        experts.selectbox[0].set_value(model).run()
    assert len(asked) == 1


def test_confusion_counts_every_row(experts):
    table = first_table(open_part(experts, "group-part", "Right and wrong"))
    cells = ["true_positive", "false_positive", "false_negative", "true_negative"]
    assert (table[cells].sum(axis=1) == table["n"]).all()
    assert table[[f"{cell}_share" for cell in cells]].sum(axis=1).tolist() == pytest.approx(
        [100] * 2
    )
    (shown,) = (each for each in experts.dataframe if "true_positive" in each.value)
    headings = json.loads(shown.proto.columns)
    assert headings["true_positive"]["label"] == "Rightly “hired”"
    assert headings["false_negative"]["label"] == "Wrongly “not hired”"


def test_rates_of_few_people_have_a_mark_as_in_the_report(app, demo_run):
    run, labelled = demo_run
    record = run.splits["test"]
    # All of one group but 20 have a label that is counted in the true positive rate alone.
    is_few = record.group == 0
    y_true = np.where(is_few & (np.cumsum(is_few) > 20), 1, record.y_true)
    splits = {**run.splits, "test": replace(record, y_true=y_true)}
    app.session_state["fairmoe"].keep(replace(run, run_id="few", splits=splits), labelled)
    app.switch_page("pages/experts.py")
    app.query_params |= {"experts-part": "By group", "group-part": "Rates"}
    (bars,) = specs(app.run())
    assert bars.count("%*<") == 1
    told = " \\* Rates of fewer than 30 people, which are not compared\\."
    assert any(caption.value.endswith(told) for caption in app.caption)


@pytest.mark.slow
def test_ranking_and_probabilities_stand_in_tables(experts):
    ranking = first_table(open_part(experts, "group-part", "Ranking"))
    assert (ranking["auc_low"] < ranking["auc"]).all()
    probabilities = first_table(open_part(experts, "group-part", "Probabilities"))
    run = experts.session_state["fairmoe"].run
    assert probabilities["n"].sum() == len(run.splits["test"].y_true)
    assert len(probabilities) == 20


@pytest.mark.slow
def test_the_numbers_of_the_curves_are_there_when_unfolded(experts):
    open_part(experts, "experts-part", "Training")
    assert not any("epoch" in found.value for found in experts.dataframe)
    experts.session_state["curves-table-open"] = True
    experts.run()
    table = next(found.value for found in experts.dataframe if "epoch" in found.value)
    curve = experts.session_state["fairmoe"].run.curves[0]
    own = table.loc[[curve.name]]
    assert list(own["epoch"]) == list(curve.epochs)
    assert list(own["value"]) == list(curve.values)


def test_kept_figures_belong_to_the_rows_and_the_model_that_are_shown(app, demo_run):
    app.session_state["fairmoe"].keep(*demo_run)
    experts = app.switch_page("pages/experts.py").run()
    for part, key, other, changed in (
        ("Scores", "split", "validation", True),
        ("People", "split", "validation", True),
        ("By group", "split", "validation", True),
        ("By group", "rates-model", "utility", True),
        ("Training", "split", "validation", False),
    ):
        first = specs(open_part(experts, "experts-part", part))
        usual = experts.get_by_key(key).value
        experts.get_by_key(key).set_value(other).run()
        assert [a != b for a, b in zip(first, specs(experts), strict=True)] == (
            [changed] * len(first)
        )
        experts.get_by_key(key).set_value(usual).run()
        assert specs(experts) == first


def test_kept_figures_belong_to_the_run_that_is_shown(app, demo_run):
    run, labelled = demo_run
    # The same labels with all predictions turned round.
    turned = {
        split: replace(record, proba={model: 1 - p for model, p in record.proba.items()})
        for split, record in run.splits.items()
    }
    scores = {
        split: {model: dict.fromkeys(found, 0.3) for model, found in of_split.items()}
        for split, of_split in run.scores.items()
    }
    other = replace(run, run_id="other", splits=turned, scores=scores, curves=run.curves[:1])
    state = app.session_state["fairmoe"]
    state.keep(run, labelled)
    app.switch_page("pages/experts.py").run()
    parts = ("Scores", "People", "By group", "Training")
    first = [specs(open_part(app, "experts-part", part)) for part in parts]
    state.keep(other, labelled)
    for part, before in zip(parts, first, strict=True):
        # The turned predictions raise alarms, which are no errors of the page.
        app.query_params["experts-part"] = part
        after = specs(app.run())
        assert all(a != b for a, b in zip(before, after, strict=True))

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch
from streamlit.testing.v1 import AppTest

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.overrides import override_scores
from fairmoe.names import EXPERTS, METRICS
from fairmoe.ui.understand import overrides as view
from tests.ui.parts import open_part
from tests.ui.understand.shown import alts


@pytest.fixture
def routing(app: AppTest, demo_run) -> AppTest:
    app.session_state["fairmoe"].keep(*demo_run)
    return app.switch_page("pages/routing.py").run()


def list_of_part(app):
    """Return the list of the open part; the first chooses for whom the map is."""
    return app.selectbox[1]


def test_the_page_says_how_much_the_gate_decides(routing):
    assert not routing.exception
    assert routing.info[0].value.startswith("The gate ")
    assert "of most weight" not in routing.info[0].value
    usage, weights = alts(routing)
    assert "mean weights are the same" in weights or "The groups differ most" in weights
    assert usage.startswith("Usage while the gate learned")


def test_weights_stand_in_a_table_with_counts_and_intervals(routing):
    table = routing.dataframe[0].value
    assert list(table.index) == ["everyone", "female", "male"]
    assert table.loc["everyone", "rows"] == table["rows"].iloc[1:].sum()
    assert table[["utility", "result", "procedural"]].sum(axis=1).tolist() == pytest.approx(
        [100] * 3
    )
    assert (table["result_low"] <= table["result"]).all()
    routing.get_by_key("split").set_value("validation").run()
    assert "validation rows" in " ".join(caption.value for caption in routing.caption)


def test_all_rows_are_listed_until_some_are_selected(routing, demo_run):
    open_part(routing, "routing-part", "Row by row")
    run, labelled = demo_run
    table = routing.dataframe[0].value
    assert len(table) == len(run.splits["test"].rows)
    assert table["disagreement"].is_monotonic_decreasing
    first = table.iloc[0]
    assert labelled.table.line(first["row"]) == first["line"]
    assert routing.session_state["fairmoe"].row is None
    assert "No point is selected" in " ".join(text.value for text in routing.markdown)


def test_the_weights_follow_the_chosen_column(routing):
    open_part(routing, "routing-part", "Along a column")
    assert list(list_of_part(routing).options)[:2] == ["age", "region_of_birth"]
    list_of_part(routing).set_value("education").run()
    assert not routing.exception
    assert routing.dataframe[0].value.index.name == "Value"
    assert "missing" in routing.dataframe[0].value.index


def test_flows_count_every_row_for_both_outcomes(routing, demo_run):
    open_part(routing, "routing-part", "Where it leads")
    n = len(demo_run[0].splits["test"].rows)
    assert routing.dataframe[0].value["rows"].sum() == n
    assert set(routing.dataframe[0].value["outcome"]) == {"hired", "not hired"}
    routing.get_by_key("routing-outcome").set_value("right").run()
    assert set(routing.dataframe[0].value["outcome"]) == {"right", "wrong"}
    assert routing.dataframe[0].value["rows"].sum() == n


@pytest.mark.slow
def test_overruling_the_gate_is_computed_once_for_each_question(routing, demo_run, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "fairmoe.analysis.overrides.override_scores",
        lambda routes, group: asked.append(group) or override_scores(routes, group),
    )
    open_part(routing, "routing-part", "What if")
    table = routing.dataframe[0].value
    scores = demo_run[0].scores["test"]
    assert table.loc["As routed", "utility"] == pytest.approx(100 * scores["mixture"]["utility"])
    assert table.loc["To the result expert", "f_res"] == pytest.approx(
        100 * scores["result"]["f_res"], abs=1e-3
    )
    assert table.loc["As routed", "f_res_change"] == 0
    list_of_part(routing).set_value(1).run()
    assert "the group male" in routing.get("plotly_chart")[0].proto.alt
    list_of_part(routing).set_value(-1).run()
    assert asked == [None, 1]
    routing.get_by_key("forced-scatter").set_value(True).run()
    assert not routing.exception
    assert "95% of 200 draws" in " ".join(caption.value for caption in routing.caption)


def test_disagreement_stands_in_a_table_of_tenths(routing, demo_run):
    run, labelled = demo_run
    record = run.splits["test"]
    gate = np.random.default_rng(0).dirichlet([4, 2, 1], len(record.rows)).astype(np.float32)
    splits = {**run.splits, "test": replace(record, gate=gate)}
    routing.session_state["fairmoe"].keep(replace(run, run_id="random", splits=splits), labelled)
    open_part(routing, "routing-part", "Disagreement")
    assert len(routing.dataframe[0].value) == 10
    assert "rank correlation" in routing.get("plotly_chart")[0].proto.alt


def test_the_chosen_rows_stay_chosen_on_other_pages(routing):
    routing.get_by_key("split").set_value("validation").run()
    open_part(routing, "routing-part", "Row by row")
    routing.get_by_key("triangle-zoom").set_value(False).run()
    routing.switch_page("pages/individual.py").run()
    assert routing.get_by_key("split").value == "validation"
    routing.get_by_key("individual-errors").set_value("wrong").run()
    routing.switch_page("pages/routing.py").run()
    assert routing.get_by_key("split").value == "validation"
    open_part(routing, "routing-part", "Row by row")
    assert routing.get_by_key("triangle-zoom").value is False
    routing.switch_page("pages/individual.py").run()
    assert routing.get_by_key("individual-errors").value == "wrong"


def test_a_group_sent_in_one_run_is_not_sent_in_a_run_with_other_groups(routing, demo_run):
    run, labelled = demo_run
    open_part(routing, "routing-part", "What if")
    list_of_part(routing).set_value(1).run()
    routing.session_state["fairmoe"].keep(replace(run, run_id="other"), labelled)
    routing.run()
    assert not routing.error
    assert list_of_part(routing).value == -1


def test_changes_that_read_as_none_are_zero_and_unknown_ones_stay_unknown(monkeypatch):
    shown = []
    monkeypatch.setattr(view, "show_table", lambda table, **_: shown.append(table))
    models = ["mixture", *EXPERTS]
    scores = pd.DataFrame(dict.fromkeys(METRICS, 0.5), index=models)
    scores.loc["utility", "final_score"] = 0.5 - 1e-6
    scores.loc["result", ["final_score", "eo"]] = 0.4, np.nan
    view._show_forced_table(scores, key="table", alt="")
    (table,) = shown
    assert table["final_score_change"].tolist() == pytest.approx([0, 0, -10, 0])
    assert np.signbit(table["final_score_change"]).tolist() == [False, False, True, False]
    assert table["eo_change"].isna().tolist() == [False, False, True, False]


def keep_with_gate_that_reads(app, demo_run, column):
    """Show a run whose gate favours the result expert by one input of a row and nothing else."""
    run, labelled = demo_run
    mixture = copy.deepcopy(run.mixture)
    with torch.no_grad():
        for weight in mixture.gate.parameters():
            weight.zero_()
        position = run.encoder.columns.index(column)
        mixture.gate.weight_x[:, 0, list(run.encoder.column_of).index(position)] = 1
        mixture.gate.weight2[:, 1, 0] = 1
        gate = mixture.gate_proba(rows_of_run(run, labelled, "test").x)[0].numpy()
    splits = {**run.splits, "test": replace(run.splits["test"], gate=gate)}
    made = replace(run, run_id=f"reads {column}", mixture=mixture, splits=splits)
    app.session_state["fairmoe"].keep(made, labelled)


def test_what_moves_the_gate_is_named_and_looked_along_first(routing, demo_run):
    keep_with_gate_that_reads(routing, demo_run, "career_break_months")
    open_part(routing, "routing-part", "Why this expert")
    assert list_of_part(routing).value == "result"
    told = " ".join(text.value for text in routing.main.markdown).replace("\\", "")
    people = "for people with sex = female than for people with sex = male"
    assert f"The gate gives the result expert more weight {people}" in told
    sources = routing.dataframe[0].value
    assert sources.index[0] == "career_break_months"
    assert (sources["result"].iloc[1:].abs() < 1e-9).all()
    assert "All columns together" in routing.get("html")[1].proto.body

    routing.selectbox[2].set_value(-1).run()
    assert "for those for whom it decides most than for all others" in " ".join(
        text.value for text in routing.main.markdown
    )
    open_part(routing, "routing-part", "Along a column")
    assert list_of_part(routing).value == "career_break_months"


def test_a_gate_that_is_moved_by_nothing_is_said_to_be(routing, demo_run):
    run, labelled = demo_run
    gate = np.full_like(run.splits["test"].gate, 1 / 3)
    splits = {**run.splits, "test": replace(run.splits["test"], gate=gate)}
    still = replace(run, run_id="still", mixture=run.mixture.uniform(), splits=splits)
    routing.session_state["fairmoe"].keep(still, labelled)
    open_part(routing, "routing-part", "Why this expert")
    assert any("so no column moves it" in info.value for info in routing.info)

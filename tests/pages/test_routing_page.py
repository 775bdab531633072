import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.analysis.forced import forced_scores


@pytest.fixture
def routing(app: AppTest, demo_run) -> AppTest:
    app.session_state["fairmoe"].keep(*demo_run)
    return app.switch_page("pages/routing.py").run()


def open_part(app: AppTest, name: str) -> AppTest:
    app.query_params["routing-part"] = name
    app.run()
    assert not app.exception
    assert not app.error
    return app


def test_the_page_says_how_much_the_gate_decides(routing):
    assert not routing.exception
    assert routing.info[0].value.startswith("The gate ")
    assert "of most weight" not in routing.info[0].value
    alts = [chart.proto.alt for chart in routing.get("plotly_chart")]
    assert len(alts) == 2
    assert "The groups differ most in the weight of the" in alts[0]
    assert alts[1].startswith("Usage while the gate learned")


def test_weights_stand_in_a_table_with_counts_and_intervals(routing):
    table = routing.dataframe[0].value
    assert list(table.index) == ["everyone", "female", "male"]
    assert table.loc["everyone", "rows"] == table["rows"].iloc[1:].sum()
    assert table[["utility", "result", "procedural"]].sum(axis=1).tolist() == pytest.approx(
        [100] * 3
    )
    assert (table["result_low"] < table["result"]).all()
    routing.get_by_key("split").set_value("validation").run()
    assert "validation rows" in " ".join(caption.value for caption in routing.caption)


def test_all_rows_are_listed_until_some_are_selected(routing, demo_run):
    open_part(routing, "Row by row")
    run, labelled = demo_run
    table = routing.dataframe[0].value
    assert len(table) == len(run.splits["test"].rows)
    assert table["disagreement"].is_monotonic_decreasing
    first = table.iloc[0]
    assert labelled.table.line(first["row"]) == first["line"]
    assert routing.session_state["fairmoe"].row is None
    assert "No point is selected" in " ".join(text.value for text in routing.markdown)


def test_the_weights_follow_the_chosen_column(routing):
    open_part(routing, "Along a column")
    assert list(routing.selectbox[0].options)[:2] == ["age", "region_of_birth"]
    routing.selectbox[0].set_value("education").run()
    assert not routing.exception
    assert routing.dataframe[0].value.index.name == "education"
    assert "missing" in routing.dataframe[0].value.index


def test_flows_count_every_row_for_both_outcomes(routing, demo_run):
    open_part(routing, "Where it leads")
    n = len(demo_run[0].splits["test"].rows)
    assert routing.dataframe[0].value["rows"].sum() == n
    assert "predicted hired = yes" in set(routing.dataframe[0].value["outcome"])
    routing.get_by_key("routing-outcome").set_value("right").run()
    assert set(routing.dataframe[0].value["outcome"]) == {"predicted right", "predicted wrong"}
    assert routing.dataframe[0].value["rows"].sum() == n


def test_overruling_the_gate_is_computed_once_for_each_question(routing, demo_run, monkeypatch):
    asked = []
    monkeypatch.setattr(
        "fairmoe.analysis.forced.forced_scores",
        lambda routes, group: asked.append(group) or forced_scores(routes, group),
    )
    open_part(routing, "What if")
    table = routing.dataframe[0].value
    scores = demo_run[0].scores["test"]
    assert table.loc["As routed", "utility"] == pytest.approx(100 * scores["mixture"]["utility"])
    assert table.loc["To the result expert", "f_res"] == pytest.approx(
        100 * scores["result"]["f_res"], abs=1e-3
    )
    assert table.loc["As routed", "f_res_change"] == 0
    routing.selectbox[0].set_value(1).run()
    assert "the group male" in routing.get("plotly_chart")[0].proto.alt
    routing.selectbox[0].set_value(-1).run()
    assert asked == [None, 1]
    routing.get_by_key("forced-scatter").set_value(True).run()
    assert not routing.exception
    assert "95 % of 200 draws" in " ".join(caption.value for caption in routing.caption)


def test_disagreement_stands_in_a_table_of_tenths(routing):
    open_part(routing, "Disagreement")
    assert len(routing.dataframe[0].value) == 10
    assert "rank correlation" in routing.get("plotly_chart")[0].proto.alt

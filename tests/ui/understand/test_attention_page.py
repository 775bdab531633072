import threading
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.gap_sides import worst_and_best_off
from fairmoe.analysis.gap_sources import explain_log_odds
from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, assign_roles, table_from_frame
from fairmoe.experiment import run_experiment
from fairmoe.figures.palette import MODEL_STYLES
from fairmoe.names import ORACLES
from fairmoe.progress import Progress
from fairmoe.sentences.small_groups import made_of
from tests.ui.fakes import settle
from tests.ui.parts import open_part

PARTS = ("Between groups", "By group", "Row by row", "Distance", "Which way", "Methods")
"""Those that are about one model; before them stands why there is a gap."""


@pytest.fixture
def attention(app: AppTest, demo_run) -> AppTest:
    app.session_state["fairmoe"].keep(*demo_run)
    return app.switch_page("pages/attention.py").run()


def table(app: AppTest, name: str):
    """Return the table that has a column of this name."""
    return next(found.value for found in app.dataframe if name in found.value)


def test_the_page_opens_on_why_there_is_a_gap(attention, demo_run):
    assert not attention.exception
    assert not attention.error
    told = " ".join(text.value for text in attention.main.markdown)
    assert "With the plain model" in told
    picture = attention.get("html")[0].proto.body
    assert "Plain model" in picture
    assert "All columns together" in picture
    sources = table(attention, "mixture_low")
    assert set(sources.index) == set(demo_run[0].encoder.columns)
    rows = rows_of_run(*demo_run, "test")
    group = rows.record.group
    log_odds = explain_log_odds(rows).total["utility"]
    assert sources["utility"].sum() == pytest.approx(
        log_odds[group == 0].mean() - log_odds[group == 1].mean()
    )
    attention.get_by_key("split").set_value("validation").run()
    assert not table(attention, "mixture_low").equals(sources)


def test_why_says_of_whom_a_group_is_that_is_made_of_small_ones(app, demo_run):
    run, labelled = demo_run
    one, other = run.data.groups.items()
    groups = dict([one, ("smaller groups", other[1])])
    before = replace(run, data=replace(run.data, groups={one[0]: one[1], "c": 900, "d": 700}))
    run = replace(run, run_id="made", data=replace(run.data, groups=groups), unmerged=before)
    app.session_state["fairmoe"].keep(run, replace(labelled, group_names=tuple(groups)))
    for page in ("attention", "experts"):
        app.switch_page(f"pages/{page}.py").run()
        assert not app.exception
        told = " ".join(text.value for text in app.main.markdown).replace("\\", "")
        assert made_of("smaller groups", "cd") in told, page


def test_the_lead_sentence_names_groups_and_points(attention):
    open_part(attention, "attention-part", "Between groups")
    lead = attention.info[0].value
    assert lead.startswith("Mixture\\. The model relies on the same columns for people with sex")


def test_parts_of_the_distance_add_up_to_the_score(attention, demo_run):
    run, _ = demo_run
    parts = table(open_part(attention, "attention-part", "Distance"), "part")
    assert parts["part"].sum() == pytest.approx(
        100 * run.scores["test"]["mixture"]["att_jsd"], abs=1e-4
    )
    assert parts["share"].sum() == pytest.approx(100)


def test_another_model_and_other_rows_are_explained(attention, demo_run):
    run, _ = demo_run
    open_part(attention, "attention-part", "Distance")
    attention.get_by_key("attention-model").set_value("procedural").run()
    attention.get_by_key("split").set_value("validation").run()
    assert not attention.exception
    assert table(attention, "part")["part"].sum() == pytest.approx(
        100 * run.scores["validation"]["procedural"]["att_jsd"], abs=1e-4
    )
    captions = " ".join(caption.value for caption in attention.caption)
    assert f"{MODEL_STYLES['procedural'].label}; demo_hiring" in captions
    assert "validation rows" in captions


def test_rows_are_explained_once(attention, monkeypatch):
    open_part(attention, "attention-part", "Between groups")
    monkeypatch.setattr("fairmoe.analysis.attention.attributions_of", None)
    open_part(attention, "attention-part", "By group")
    assert len(attention.get("plotly_chart")) == 1


def test_methods_are_compared_when_their_part_is_opened(attention):
    assert not any("gradient_shap" in found.value for found in attention.dataframe)
    found = table(open_part(attention, "attention-part", "Methods"), "gradient_shap")
    assert list(found.index) == ["Integrated gradients", "Gradient SHAP", "SHAP", "LIME"]
    assert found.loc["SHAP", "shap"] == pytest.approx(1)


def test_charts_say_their_takeaway_and_the_p_value_in_words(attention):
    alts = [
        chart.proto.alt
        for part in PARTS
        for chart in open_part(attention, "attention-part", part).get("plotly_chart")
    ]
    assert len(alts) == 7
    assert all(alts)
    assert any("Of 1,000 shufflings of the groups" in alt for alt in alts)


def test_without_columns_nothing_is_drawn_of_their_spread(attention):
    open_part(attention, "attention-part", "Row by row")
    assert len(attention.get("plotly_chart")) == 1
    attention.multiselect[0].set_value([]).run()
    assert not attention.exception
    assert len(attention.get("plotly_chart")) == 0


@pytest.mark.slow
def test_names_of_columns_and_groups_stay_out_of_the_address(attention):
    for part in PARTS:
        open_part(attention, "attention-part", part)
        assert set(attention.query_params) <= {
            "session",
            "split",
            "attention-model",
            "attention-part",
        }


@pytest.mark.slow
def test_a_group_without_test_rows_is_said_to_lack_data_and_the_rest_is_shown(app):
    random = np.random.default_rng(0)
    group, score = np.resize(["a", "b", "c"], 300), random.normal(size=300)
    split = np.resize(["train", "validation", "test", "train"], 300)
    split[(group == "c") & (split == "test")] = "train"
    frame = pd.DataFrame({"group": group, "utility": score, "split": split})
    table = table_from_frame(
        frame.assign(other=random.normal(size=300), y=(score > 0).astype(int)), name="few"
    )
    roles = Roles(Target("y"), (Sensitive("group"),), split_column="split")
    run = run_experiment(table, roles, Settings(epochs=4))
    app.session_state["fairmoe"].keep(run, assign_roles(table, roles))
    app.switch_page("pages/attention.py").run()
    told: list[str] = []
    for part in PARTS:
        open_part(app, "attention-part", part)
        told += [info.value for info in app.info]
        words = " ".join(caption.value for caption in app.caption)
        assert "exactly the same" not in words
        assert "nan" not in words.replace(".", " ").split()
    assert told[0].startswith("Mixture\\. Insufficient data")
    assert any(text.startswith("Insufficient data: a group without rows") for text in told)


def specs(app: AppTest) -> list[str]:
    assert not app.exception
    return [chart.proto.spec for chart in app.get("plotly_chart")]


@pytest.mark.parametrize("part", [part for part in PARTS if part != "Methods"])
def test_kept_figures_belong_to_the_rows_and_the_model_that_are_shown(attention, part):
    open_part(attention, "attention-part", part)
    first = specs(attention)
    for key, other in (("attention-model", "procedural"), ("split", "validation")):
        usual = attention.get_by_key(key).value
        attention.get_by_key(key).set_value(other).run()
        assert not set(first) & set(specs(attention))
        attention.get_by_key(key).set_value(usual).run()


def test_kept_figures_belong_to_the_columns_that_are_shown(attention):
    first = specs(open_part(attention, "attention-part", "Row by row"))
    columns = attention.multiselect[0]
    columns.set_value(columns.value[:1]).run()
    assert specs(attention) != first


def test_kept_differences_belong_to_the_group_that_is_compared(app):
    random = np.random.default_rng(0)
    group, score = np.resize(["a", "b", "c"], 900), random.normal(size=900)
    frame = pd.DataFrame({"group": group, "score": score, "other": random.normal(size=900)})
    frame["y"] = np.where(score + random.normal(size=900) > 0, "yes", "no")
    table = table_from_frame(frame, name="three")
    roles = Roles(Target("y"), (Sensitive("group"),))
    run = run_experiment(table, roles, Settings(epochs=4))
    app.session_state["fairmoe"].keep(run, assign_roles(table, roles))
    attention = app.switch_page("pages/attention.py").run()
    picture = attention.get("html")[0].proto.body
    worst, best = worst_and_best_off(run)
    others = attention.get_by_key(
        next(box.key for box in attention.selectbox if "gap-to" in box.key)
    )
    assert others.value == best
    others.set_value(next(g for g in range(3) if g not in worst_and_best_off(run))).run()
    assert attention.get("html")[0].proto.body != picture

    open_part(attention, "attention-part", "Between groups")
    first = attention.get("plotly_chart")[0].proto.spec
    box = attention.get_by_key(f"attention-group-{run.run_id}")
    assert box.value == worst
    box.set_value(best).run()
    assert not attention.exception
    assert attention.get("plotly_chart")[0].proto.spec != first


def checked_badly(*_, on_progress):
    """Attribute two columns of a row in a way that nobody agrees with."""
    on_progress(Progress("check", 0, 3))
    return pd.DataFrame(
        {
            "method": np.repeat(list(ORACLES), 2),
            "row": 0,
            "column": ["x", "y"] * 3,
            "ours": [1.0, 2.0] * 3,
            "theirs": [1.0, 2.0, 1.0, 2.0, 2.0, 1.0],
        }
    )


def test_the_check_with_captum_and_shap_shows_also_that_they_differ(attention, monkeypatch):
    monkeypatch.setattr("fairmoe.analysis.oracles.check_attributions", checked_badly)
    open_part(attention, "attention-part", "Methods")
    attention.get_by_key("check-attributions").click().run()
    settle(attention)
    assert not attention.exception
    assert not attention.error
    assert "Captum’s Lime differs most from ours" in attention.get("plotly_chart")[-1].proto.alt
    assert "check-attributions" not in [button.key for button in attention.button]
    # Of another model nothing was checked.
    attention.get_by_key("attention-model").set_value("utility").run()
    assert "check-attributions" in [button.key for button in attention.button]


def test_the_check_can_be_cancelled(attention, monkeypatch):
    held = threading.Event()

    def check(*_, on_progress):
        while not held.wait(0.005):
            on_progress(Progress("check", 1, 3))

    monkeypatch.setattr("fairmoe.analysis.oracles.check_attributions", check)
    open_part(attention, "attention-part", "Methods")
    attention.get_by_key("check-attributions").click().run()
    attention.get_by_key("cancel").click().run()
    settle(attention)
    held.set()
    assert any("nothing was checked" in info.value for info in attention.info)
    assert "check-attributions" in [button.key for button in attention.button]


def test_where_the_outcome_is_bad_columns_push_towards_the_good_one(app, demo_run):
    run, labelled = demo_run
    medians = []
    for outcome in ("good", "bad"):
        target = replace(run.roles.target, outcome=outcome)
        told = replace(run, run_id=outcome, roles=replace(run.roles, target=target))
        app.session_state["fairmoe"].keep(told, replace(labelled, roles=told.roles))
        page = app.switch_page("pages/attention.py").run()
        open_part(page, "attention-part", "Which way")
        assert not page.exception
        medians.append(table(page, "median")["median"])
    pd.testing.assert_series_equal(medians[0], -medians[1])

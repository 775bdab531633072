"""Groups of a few people: a model has one gap, on whichever page a reader looks."""

import dataclasses

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.cli.dialing import Wish, print_front
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.names import METRICS
from fairmoe.runs import as_told, compared_scores_of
from fairmoe.sentences.small_groups import told_as_one
from tests.ui.parts import open_part, own_key
from tests.ui.prepare.fields import field

FEW = 4


@pytest.fixture
def run_of_few(demo_run):
    """The demo run, of whose second group a few people of each split are a third."""
    run, labelled = demo_run
    names = (*run.data.groups, "few")
    splits, group = {}, labelled.group.copy()
    for name, split in run.splits.items():
        # Of whom the mixture hires nobody, so that they would make the gap.
        own = split.group.copy()
        few = np.flatnonzero((own == 1) & (split.proba["mixture"] <= 0.5))[:FEW]
        own[few] = 2
        group[np.isin(labelled.rows, split.rows[few])] = 2
        splits[name] = dataclasses.replace(split, group=own)
    counts = {name: int((group == g).sum()) for g, name in enumerate(names)}
    rate = {"dp": 0.6, "eo": 0.7, "f_res": 0.65}
    scores = {
        split: {model: {**own, **rate} for model, own in of_models.items()}
        for split, of_models in run.scores.items()
    }
    run = dataclasses.replace(
        run, data=dataclasses.replace(run.data, groups=counts), splits=splits, scores=scores
    )
    far = dataclasses.replace(run, run_id="far", settings=run.settings.replace(fairness_weight=8.0))
    return run.with_front([far]), dataclasses.replace(
        labelled, group=group, group_names=tuple(counts)
    )


@pytest.fixture
def gap(run_of_few):
    told, _ = as_told(run_of_few[0])
    assert list(told.data.groups)[-1] == "smaller groups"
    found = compared_scores_of(told)["dp"]
    assert METRICS["dp"].text(found) != METRICS["dp"].text(0.6)
    return METRICS["dp"].text(found)


def shown(app, page):
    app.switch_page(f"pages/{page}.py").run()
    assert not app.exception
    texts = [each.value for each in (*app.main.markdown, *app.main.caption)]
    drawn = [each.proto.body for each in app.get("html")]
    return "\n".join([*texts, *drawn]).replace("\\", "")


def test_pages_tell_of_one_gap(app, run_of_few, gap):
    run, labelled = run_of_few
    app.session_state["fairmoe"].keep(run, labelled)
    merged = "The group “smaller groups” is "
    for page in ("result", "experts", "tradeoff", "routing"):
        told = shown(app, page)
        assert gap in told, page
        in_brief = "“smaller groups” is 2 groups together."
        assert (in_brief if page == "result" else merged) in told, page
        # What every group makes of it stands behind "Numbers" alone.
        assert "60.0 pp" not in told, page
    app.session_state["result-numbers"] = True
    assert merged in shown(app, "result")
    assert "The final score counts every group by itself, also few with fewer than 30" in shown(
        app, "experts"
    )
    (alt,) = [
        each.proto.alt
        for each in app.main.get("dataframe")
        if each.proto.alt.startswith("Twelve scores")
    ]
    assert "result gap" not in alt
    assert "procedure gap" in alt


def test_a_point_that_is_taken_has_the_groups_that_it_was_trained_with(app, run_of_few):
    run, labelled = run_of_few
    state = app.session_state["fairmoe"]
    state.keep(run, labelled)
    app.switch_page("pages/tradeoff.py").run()
    app.get_by_key(f"dial-{run.run_id}").set_value(8.0).run()
    assert state.run.run_id == "far"
    app.number_input(key=own_key(app, "wish-loss")).set_value(100.0).run()
    app.button(key="take-loss").click().run()
    assert "few" in state.run.data.groups
    assert state.run.unmerged is None


def test_a_score_beside_the_mixture_is_told_of_with_the_same_groups(app, run_of_few, gap):
    run, labelled = run_of_few
    state = app.session_state["fairmoe"]
    state.load(labelled.table, labelled.roles)
    state.settle(labelled.roles)
    state.keep(run, labelled)
    app.switch_page("pages/audit.py").run()
    field(app, "selectbox", "Score or decision").set_value("interview_score").run()
    assert not app.exception
    below = app.main.get("html")[1].proto.body
    assert gap in below
    assert "smaller groups" in below
    assert ">few<" not in below
    told, _ = as_told(run)
    one = told_as_one([n for n in run.data.groups if n not in told.data.groups], SMALL_GROUPS, 10)
    assert escape_markdown(one) in [each.value for each in app.main.caption]


def test_the_shell_tells_of_the_same_gap(run_of_few, gap, capsys):
    run, _ = run_of_few
    print_front(run.points, run, Wish("dp", None, 0.5))
    assert gap.removesuffix(" pp") in capsys.readouterr().out


def test_the_other_gate_is_trained_with_all_groups(app, run_of_few, monkeypatch):
    run, labelled = run_of_few
    gate = np.tile([0.0, 1.0, 0.0], (len(run.splits["test"].rows), 1)).astype(np.float32)
    test = dataclasses.replace(run.splits["test"], gate=gate)
    run = dataclasses.replace(run, splits={**run.splits, "test": test}, front=())
    app.session_state["fairmoe"].keep(run, labelled)
    trained = []
    monkeypatch.setattr(
        "fairmoe.ui.understand.single_expert.start_training",
        lambda *_, labelled: trained.append(labelled),
    )
    app.switch_page("pages/routing.py").run()
    app.button(key="other-gate").click().run()
    (rows,) = trained
    assert rows is labelled


def test_a_variant_has_a_cutoff_for_each_group_that_was_trained_with(app, run_of_few):
    run, labelled = run_of_few
    state = app.session_state["fairmoe"]
    state.keep(run, labelled)
    open_part(app.switch_page("pages/experts.py").run(), "group-part", "Cut-offs")
    app.get_by_key(own_key(app, "cutoffs-who")).set_value("One for each group").run()
    app.get_by_key(f"cutoffs-at-{run.run_id}-True-1").set_value(0.3).run()
    app.get_by_key("cutoffs-save").click().run()
    assert not app.exception
    assert len(state.run.data.groups) == 3
    # The few are told of with the next smallest group.
    told = list(as_told(run)[0].data.groups)
    by_itself = list(run.data.groups).index(told[0])
    expected = [0.3, 0.3, 0.3]
    expected[by_itself] = 0.5
    assert list(state.run.cutoffs.thresholds) == expected


def test_where_there_is_nothing_to_explain_the_summary_asks_no_why(app, demo_run, monkeypatch):
    app.session_state["fairmoe"].keep(*demo_run)
    page = app.switch_page("pages/experts.py").run()
    assert any(each.value.startswith("**Why:** ") for each in page.markdown)
    monkeypatch.setattr("fairmoe.ui.understand.summary._why", lambda *_: "")
    page.run()
    assert not page.exception
    assert not any(each.value.startswith("**Why:**") for each in page.markdown)

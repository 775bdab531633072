"""The page that opens after a training, on one screen."""

from dataclasses import replace

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.analysis import result_of
from fairmoe.analysis.overrides import ahead_by_chance
from fairmoe.sentences.costs import others_ahead, simpler_is_better
from fairmoe.sentences.result import changed_harm, cost_in_people, gap_in_words, who_gets_it
from fairmoe.sentences.wording import may_be_chance
from fairmoe.sentences.worse import gap_not_surely_smaller, what_got_worse, wrongly_given_it
from tests.ui.fakes import Held, settle
from tests.ui.parts import chance_of, of_people, open_part, own_key
from tests.ui.understand.shown import alts, texts


def open_result(app, run, labelled):
    app.session_state["fairmoe"].keep(run, labelled)
    return app.switch_page("pages/result.py").run()


@pytest.fixture
def result(app, demo_run):
    return open_result(app, *demo_run)


def picture(app):
    return app.get("html")[0].proto.body


def test_words_picture_gaps_and_cost_are_those_of_the_run(result, demo_run):
    run, labelled = demo_run
    found, words = result_of(run), run.data.words

    gap, groups = of_people(found)
    worse = what_got_worse(found.changes, *words, favourable=True, brief=True)
    leads = {"chance": ahead_by_chance(run, labelled), "brief": True}
    ahead = others_ahead(found.others, {"utility": "the plain model"}, **leads)
    acc = {model: scores["acc"] for model, scores in run.scores["test"].items()}
    # What could be chance is left to the numbers.
    if not may_be_chance(*found.simpler):
        ahead = f"{ahead} {simpler_is_better(acc['utility'], acc['logistic'])}".strip()
    beside = [
        f"**{head}:** {escape_markdown(told)}"
        for head, told in (("What gets worse", worse), ("Other models", ahead))
        if told
    ]
    assert not result.exception
    # The mixture of this run does not narrow the gap, or else nothing is said of it.
    aim = gap_not_surely_smaller(
        found.gaps["plain"].value, found.gaps["model"].value, chance=chance_of(found)
    )
    who = " ".join(filter(None, [who_gets_it(gap, words[0], groups=2), aim]))
    assert texts(result) == [
        escape_markdown(f"{who} {changed_harm(groups, *words)}"),
        *(["  \n".join(beside)] if beside else []),
        escape_markdown(cost_in_people(groups, found.account.everyone, *words[:2])),
    ]
    given = escape_markdown(wrongly_given_it(found.changes, *words))
    assert worse or given in [caption.value for caption in result.main.caption]
    for gap in found.gaps.values():
        for told in gap_in_words(gap):
            assert told in picture(result)
    assert not result.error


def test_links_say_where_they_lead(result):
    links = [each.proto for each in result.main.get("page_link")]
    assert [(each.label, each.page) for each in links] == [
        ("Experts", "experts"),
        ("Attention", "attention"),
        ("Trade-off", "tradeoff"),
        ("Report: 2 open points", "report"),
    ]


def test_how_many_points_are_open_leads_to_the_report(result):
    def label():
        (found,) = (
            each.proto.label for each in result.main.get("page_link") if "open" in each.proto.label
        )
        return found

    assert label() == "Report: 2 open points"
    result.session_state[own_key(result, "review-tolerance")] = 100.0
    assert not result.run().exception
    assert label() == "Report: 1 open point"


def test_a_training_ends_here_and_the_train_page_can_be_gone_back_to(app):
    app.button[1].click().run()
    settle(app)

    assert [title.value for title in app.title] == ["Result"]
    assert not app.exception
    app.switch_page("pages/train.py").run()
    assert [title.value for title in app.title] == ["Train"]


def test_who_looks_at_another_page_meanwhile_is_left_there(app, training):
    training(held := Held())
    app.button[1].click().run()
    app.switch_page("pages/learn.py").run()
    held.go.set()
    settle(app)
    assert [title.value for title in app.title] == ["Learn"]

    app.switch_page("pages/train.py").run()
    assert [title.value for title in app.title] == ["Result"]


@pytest.mark.parametrize("criterion", ["dp", "eo"])
def test_models_that_do_better_than_the_mixture_are_told(app, demo_run, criterion):
    run, labelled = demo_run
    test = run.splits["test"]
    # By the label all of a group, or none: the widest gap that there is.
    proba = {**test.proba, "mixture": test.group.astype(np.float32)}
    scores = {model: of | {"final_score": 0.5} for model, of in run.scores["test"].items()}
    scores["procedural"] |= {"final_score": 0.613}
    wide = replace(
        run,
        run_id="wide",
        splits={**run.splits, "test": replace(test, proba=proba)},
        scores={**run.scores, "test": scores},
    )
    app.session_state["fairmoe"].keep(wide, labelled)
    app.switch_page("pages/experts.py").run()
    app.get_by_key(own_key(app, "criterion")).set_value(criterion).run()
    app.switch_page("pages/result.py").run()
    assert not app.exception
    (told,) = (text for text in texts(app) if "**Other models:**" in text)
    acc = {model: scores["acc"] for model, scores in run.scores["test"].items()}
    simpler = simpler_is_better(acc["utility"], acc["logistic"])
    told = told.replace("\\", "").split("Other models:** ")[1].removesuffix(simpler).rstrip()
    # The gap is the one that the picture shows.
    others = result_of(wide, among_labelled=criterion == "eo").others["gap"]
    beside = ("utility", "result", "procedural", "uniform", "logistic")
    gaps = [f"{100 * others[model]:.1f}" for model in beside]
    smallest = min(gaps, key=float)
    model = {"dp": "result expert", "eo": "logistic regression"}[criterion]
    # The rows do not know of the scores that are made up here.
    doubt = "; could be chance" if "procedural" in ahead_by_chance(wide, labelled) else ""
    assert told == (
        "the procedural expert has a higher final score (utility minus both gaps: 61.3; the "
        f"mixture 50.0{doubt}); the "
        f"{model} has a smaller gap ({smallest} pp; the mixture 100.0); 3 more are ahead of the "
        "mixture too."
    )
    assert f"{gaps[0]} pp" in picture(app)
    app.session_state["result-numbers"] = True
    assert (
        "the plain model, the result expert, the procedural expert, the mixture with equal weights "
        f"and the logistic regression have a smaller gap ({', '.join(gaps[:4])} and {gaps[4]} pp; "
        "the mixture 100.0)."
    ) in "".join(texts(app.run())).replace("\\", "")


def test_a_mixture_that_does_not_narrow_the_gap_says_so_at_once(app, demo_run):
    run, labelled = demo_run
    test = run.splits["test"]
    proba = {**test.proba, "mixture": test.proba["utility"]}
    alike = replace(run, splits={**run.splits, "test": replace(test, proba=proba)})
    open_result(app, alike, labelled)

    gap = result_of(alike).gaps["plain"].value
    told = gap_not_surely_smaller(gap, gap)
    assert told.startswith("The gap did not get smaller")
    assert f" {escape_markdown(told)} " in texts(app)[0]


@pytest.mark.parametrize(("rows_right", "is_sure"), [(1, False), (40, True)])
def test_a_logistic_regression_that_is_more_accurate_is_told_of(app, demo_run, rows_right, is_sure):
    run, labelled = demo_run
    scores, test = run.scores["test"], run.splits["test"]
    better = {**scores, "logistic": {**scores["logistic"], "acc": scores["utility"]["acc"] + 0.05}}
    # On a few of the rows that the plain model gets wrong it is right.
    logistic = test.proba["utility"].copy()
    wrong = np.flatnonzero((logistic > 0.5) != (test.y_true == 1))[:rows_right]
    logistic[wrong] = test.y_true[wrong]
    splits = {**run.splits, "test": replace(test, proba={**test.proba, "logistic": logistic})}
    run = replace(run, scores={**run.scores, "test": better}, splits=splits)
    open_result(app, run, labelled)

    acc = scores["utility"]["acc"], better["logistic"]["acc"]
    told = simpler_is_better(*acc, chance="" if is_sure else "could be chance")
    assert told
    assert (escape_markdown(told) in "".join(texts(app))) == is_sure
    assert ("is more accurate than the plain model" in "".join(texts(app))) == is_sure
    app.session_state["result-numbers"] = True
    assert escape_markdown(told) in "".join(texts(app.run()))


def test_who_was_merged_before_the_training_is_told(app, demo_run):
    run, labelled = demo_run
    first, second = labelled.group_names
    groups, roles = {first: 1, "smaller groups": 1}, replace(labelled.roles, merge_small=9000)
    merged = replace(run, data=replace(run.data, groups=groups), roles=roles)
    open_result(app, merged, replace(labelled, group_names=tuple(groups), roles=roles))
    told = f"“smaller groups” is {second}."
    assert told in texts(app)[0].replace("\\", "")
    app.session_state["fairmoe"].keep(replace(merged, run_id="without rows"), None)
    assert told not in texts(app.run())[0].replace("\\", "")


def test_without_polarity_nobody_is_called_wrongly_refused(app, demo_run):
    run, labelled = demo_run
    target = replace(run.roles.target, outcome=None)
    open_result(app, replace(run, roles=replace(run.roles, target=target)), labelled)

    assert not app.exception
    assert "wrongly" not in picture(app)
    assert "wrongly" not in texts(app)[0]
    app.button(key="meaning-good").click().run()
    assert "wrongly" in picture(app)


def test_a_tolerance_of_the_reviewer_brings_verdicts(app, demo_run):
    app.session_state["fairmoe"].keep(*demo_run)
    open_part(app.switch_page("pages/experts.py").run(), "experts-part", "By group")
    app.number_input(key=own_key(app, "review-tolerance")).set_value(1.0).run()
    app.switch_page("pages/result.py").run()

    assert "xceeds the tolerance" in picture(app)


def test_the_gap_that_the_user_judges_by_comes_first(app, demo_run):
    run, _ = demo_run
    app.session_state["fairmoe"].keep(*demo_run)
    app.switch_page("pages/experts.py").run()
    app.get_by_key(own_key(app, "criterion")).set_value("eo").run()
    assert not app.exception
    assert app.markdown[0].value.startswith("**Who:** Among people whose label is “hired”")
    assert "EO gap" in alts(app)[0]
    app.switch_page("pages/result.py").run()

    found = result_of(run, among_labelled=True)
    gaps, (gap, _) = found.gaps, of_people(found)
    told = who_gets_it(gap, "hired", groups=2, among_labelled=True)
    assert texts(app)[0].startswith(escape_markdown(told))
    for words in (*gap_in_words(gaps["plain"]), "equal opportunity", "the labels are the measure"):
        assert words in picture(app)


def test_the_dial_is_offered_and_then_walks_the_front(result, demo_run, monkeypatch):
    run, _ = demo_run
    other = replace(run, run_id="other", settings=run.settings.replace(fairness_weight=8.0))
    monkeypatch.setattr("fairmoe.tasks.train_front", lambda *_, **__: (run, other))
    result.button(key="front").click().run()
    settle(result)

    result.get_by_key(f"dial-{run.run_id}").set_value(8.0).run()
    assert not result.exception
    assert result.session_state["fairmoe"].run.run_id == other.run_id


def test_why_there_is_a_gap_takes_the_place_of_the_people(result):
    result.get_by_key("result-picture").set_value("Why").run()
    assert not result.exception
    assert not result.error
    assert any(text.startswith("With the plain model") for text in texts(result))
    assert "All columns together" in picture(result)
    assert not result.dataframe


def test_a_new_training_opens_on_the_people_and_another_visit_where_it_was_left(result):
    def chosen(*, is_new=False):
        result.session_state["fairmoe"].is_new = is_new
        result.switch_page("pages/report.py").run()
        return result.switch_page("pages/result.py").run().get_by_key("result-picture").value

    result.get_by_key("result-picture").set_value("Map").run()
    assert chosen() == "Map"
    assert chosen(is_new=True) == "People"
    assert "of 100" in picture(result)


@pytest.mark.parametrize(("share", "is_told"), [(0.96, True), (0.6, False)])
def test_a_mixture_that_is_nearly_one_expert_says_so(app, demo_run, share, is_told):
    run, labelled = demo_run
    test = run.splits["test"]
    gate = np.tile([0.0, share, 1 - share], (len(test.rows), 1)).astype(np.float32)
    run = replace(run, splits={**run.splits, "test": replace(test, gate=gate)})
    told = "\n".join(texts(open_result(app, run, labelled)))
    assert ("**The gate:** the result expert has 96% of its weight" in told) == is_told

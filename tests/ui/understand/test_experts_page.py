import math
import re
from dataclasses import replace

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from fairmoe._escape import escape_markdown
from fairmoe.analysis import review_run
from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, Sensitive, assign_roles, demo_table
from fairmoe.names import GAP_MEASURES, PLAIN_MODEL
from fairmoe.sentences.alarms import alarms_in_words
from fairmoe.sentences.front_page import verdicts_in_words
from fairmoe.sentences.people import PLAIN_MODEL_NAMED, changes_for_people
from fairmoe.sentences.reviews import (
    clear_differences,
    gaps_of_the_bad,
    share_compared,
    with_interval,
)
from tests.ui.fakes import make_run
from tests.ui.parts import PEOPLE, open_part, own_key
from tests.ui.understand.shown import alts, first_table, specs

MEANING = {"words": ("hired", "not hired"), "favourable": True}


def test_all_models_stand_side_by_side_in_percent(experts):
    assert not experts.exception
    assert not experts.error
    scores = first_table(experts)
    assert list(scores.index) == [
        "Mixture",
        "Utility expert",
        "Result expert",
        "Procedural expert",
        "Equal weights",
        "Constant",
        "Logistic regression",
    ]
    assert scores.loc["Utility expert", "dp"] == pytest.approx(20)


def test_what_cannot_be_estimated_is_insufficient_data(experts):
    scores = first_table(experts)
    assert scores.loc["Logistic regression", "eo"] != scores.loc["Logistic regression", "eo"]
    assert experts.dataframe[0].proto.placeholder == "insufficient data"


def test_models_that_treat_everyone_worse_raise_an_alarm_and_the_constant_does_not(app, demo_run):
    run, labelled = demo_run
    test = run.splits["test"]
    proba = {**test.proba, "result": np.zeros_like(test.proba["result"])}
    splits = {**run.splits, "test": replace(test, proba=proba)}
    changed = replace(run, run_id="other", splits=splits)
    app.session_state["fairmoe"].keep(changed, labelled)
    experts = app.switch_page("pages/experts.py").run()
    (words,) = alarms_in_words(
        {"result": changed.alarms()["result"].to_dict()}, words=run.data.words, favourable=True
    )
    # What is wrong with another model is no alarm of the mixture.
    assert not experts.error
    quiet = f"The mixture raises no alarm. Other models do:\n- {escape_markdown(words)}"
    assert quiet in [caption.value for caption in experts.caption]


def test_the_alarm_of_the_mixture_stands_first_and_alone_is_loud(app, demo_run):
    run, labelled = demo_run
    test = run.splits["test"]
    nobody = np.zeros_like(test.proba["result"])
    proba = {**test.proba, "result": nobody, "mixture": nobody}
    changed = replace(
        run, run_id="other", splits={**run.splits, "test": replace(test, proba=proba)}
    )
    app.session_state["fairmoe"].keep(changed, labelled)
    experts = app.switch_page("pages/experts.py").run()
    alarms = {model: alarm.to_dict() for model, alarm in changed.alarms().items()}
    own, other = (
        escape_markdown(alarms_in_words({model: alarms[model]}, **MEANING)[0])
        for model in ("mixture", "result")
    )
    assert [error.value for error in experts.error] == [own]
    quiet = f"The mixture is not alone in raising an alarm. Other models that do:\n- {other}"
    assert quiet in [caption.value for caption in experts.caption]
    told = [each.value for each in experts.main if each.type in ("error", "caption")]
    assert told.index(own) < told.index(quiet)


def test_what_nothing_could_be_chosen_by_is_told(app, demo_run):
    run, labelled = demo_run
    chosen_by = run.scores["validation"]
    mixture = chosen_by["mixture"] | {"eo": math.nan, "final_score": math.nan}
    scores = {**run.scores, "validation": {**chosen_by, "mixture": mixture}}
    app.session_state["fairmoe"].keep(replace(run, run_id="other", scores=scores), labelled)
    told = [warning.value for warning in app.switch_page("pages/experts.py").run().warning]
    assert told[0].startswith(
        escape_markdown("Not estimable on the validation rows: Final score, EO gap.")
    )


def test_rates_have_counts_and_intervals(experts):
    rates = first_table(open_part(experts, "group-part", "Rates"))
    run = experts.session_state["fairmoe"].run
    assert list(rates.index) == ["female", "male"]
    assert rates["n"].sum() == len(run.splits["test"].y_true)
    assert (rates["selection_rate_low"] < rates["selection_rate"]).all()
    assert rates["selection_rate"].between(1, 99).all()


def test_the_switch_shows_the_other_rows(experts):
    open_part(experts, "group-part", "Rates")
    before = first_table(experts)["n"].sum()
    experts.get_by_key("split").set_value("validation").run()
    assert not experts.exception
    run = experts.session_state["fairmoe"].run
    assert first_table(experts)["n"].sum() == len(run.splits["validation"].y_true)
    assert before == len(run.splits["test"].y_true)


def test_captions_name_data_rows_and_seed(experts):
    captions = " ".join(caption.value for caption in experts.caption)
    assert "demo_hiring\\.csv, 4,000 test rows, seed 7\\." in captions
    open_part(experts, "experts-part", "Training")
    captions = " ".join(caption.value for caption in experts.caption)
    assert "10 epochs in all" in captions
    assert "Computed on cpu" in captions


def test_charts_say_their_takeaway_to_a_screen_reader(experts):
    told = []
    for part in ("Scores", "People", "By group", "Training"):
        told += alts(open_part(experts, "experts-part", part))
    assert len(told) == 5
    assert all(told)
    assert "The largest gap is the" in told[3]
    (rates,) = alts(open_part(experts, "group-part", "Rates"))
    assert "“hired” goes most often to" in rates


def test_no_model_is_called_fair(experts):
    words = " ".join(
        element.value
        for kind in ("markdown", "caption", "warning", "header", "title")
        for element in experts.get(kind)
    ).lower()
    assert "is fair" not in words
    assert "unbiased" not in words


def test_the_reading_tells_who_gets_more_why_and_at_what_cost(experts):
    told = [text.value for text in experts.markdown[:3]]
    assert [text.split(" ")[0] for text in told] == ["**Who:**", "**Why:**", "**Cost:**"]
    assert "The mixture predicts “hired” more often for" in told[0]
    assert told[2].startswith("**Cost:** Against the plain model, of ")
    labels = [link.proto.label for link in experts.main.get("page_link")]
    assert labels[:2] == ["How the gate decides", "What the models rely on"]


def test_the_reading_names_the_column_that_the_gap_comes_through(app, demo_run):
    app.session_state["fairmoe"].keep(*demo_run)
    experts = app.switch_page("pages/experts.py").run()
    assert not experts.exception
    assert re.match(
        r"\*\*Why:\*\* The label is “hired” more often for people with sex = male .* than for "
        "people with sex = female .*With the plain model, .* comes through career",
        experts.markdown[1].value.replace("\\", ""),
    )


@pytest.mark.parametrize(
    ("sensitive", "said"),
    [((), "sex"), ((Sensitive("region_of_birth"),), "sex and region_of_birth")],
)
@pytest.mark.slow
def test_a_group_that_the_models_see_needs_no_proxy(app, sensitive, said):
    table = demo_table()
    roles = replace(
        DEMO_ROLES, sensitive=(*DEMO_ROLES.sensitive, *sensitive), include_sensitive=True
    )
    run = make_run(table, roles, Settings())
    app.session_state["fairmoe"].keep(run, assign_roles(table, roles))
    experts = app.switch_page("pages/experts.py").run()
    why = experts.markdown[1].value.replace("\\", "")
    assert f"The models are given the sensitive attribute itself: {said}." in why
    assert "proxy" not in why


@pytest.mark.slow
def test_gaps_are_told_in_words_with_direction_sizes_and_chance(experts):
    open_part(experts, "group-part", "Rates")
    words = " ".join(text.value for text in experts.markdown)
    # Once above, in the summary, and not again beside the other gap.
    assert words.count("The mixture predicts “hired” more often for") == 1
    assert words.count("the mixture predicts “hired” more often for") == 1
    assert "statistically significant" in words
    experts.selectbox[0].set_value("constant").run()
    words = " ".join(text.value for text in experts.markdown)
    assert "The constant predicts “hired” equally often for all groups: 0\\.0%" in words
    assert "The p-value is how often groups drawn at random differ as much" in " ".join(
        text.value for text in experts.caption
    )


def told_in_people(app: AppTest) -> str:
    return next(text.value for text in app.markdown if text.value.startswith("Of 4,000 people"))


def test_the_account_is_told_drawn_and_open_in_numbers(experts):
    run = open_part(experts, "experts-part", "People").session_state["fairmoe"].run
    account = run.account()
    named = {"plain": PLAIN_MODEL, "first": PLAIN_MODEL_NAMED}
    told = changes_for_people(account.everyone, "hired", "not hired", **named)
    assert told_in_people(experts) == escape_markdown(told)
    experts.session_state["people-open"] = True
    experts.run()
    table = next(found.value for found in experts.dataframe if "harmed_change" in found.value)
    assert list(table.index) == ["female", "male", "Everyone"]
    female = account.groups.loc["female"]
    assert table["better"]["female"] == f"{female['better']:.0f} ({female['better_right']:.0f})"
    assert table["harmed_model"]["Everyone"].endswith(f"[{account.everyone['harmed_model']:.0f}]")
    assert table["good_change"]["female"].startswith(f"{100 * female['good_change']:+.1f} (")


def test_an_outcome_can_be_told_of_a_run_on_the_page(app):
    table = demo_table()
    roles = replace(DEMO_ROLES, target=replace(DEMO_ROLES.target, outcome=None))
    app.session_state["fairmoe"].keep(
        make_run(table, roles, Settings(seed=7)), assign_roles(table, roles)
    )
    experts = open_part(app.switch_page("pages/experts.py").run(), "experts-part", "People")
    assert len(specs(experts)) == 1
    assert "wrongly" not in told_in_people(experts)
    experts.get_by_key("meaning-bad").click().run()
    # Of a bad outcome, the good one is the other.
    assert "the outcome “not hired” to" in told_in_people(experts).replace("\\", "")
    assert "wrongly gives “hired”" in told_in_people(experts)
    state = experts.session_state["fairmoe"]
    assert state.run.roles == state.kept.labelled.roles
    assert state.run.roles.target.outcome == "bad"
    assert len(specs(experts)) == 2


def test_gaps_have_verdicts_against_the_tolerance_and_a_reference_to_choose(experts):
    run = open_part(experts, "experts-part", "By group").session_state["fairmoe"].run

    def told() -> list[str]:
        return [text.value.replace("\\", "") for text in experts.markdown]

    words = {"words": run.data.words}
    review = run.review()
    assert (
        clear_differences(
            review.comparisons,
            **words,
            reference=review.reference,
            apart=review.apart,
            people=PEOPLE,
        )
        in told()
    )
    assert not any("The reviewer accepts" in text for text in told())
    experts.get_by_key(own_key(experts, "review-tolerance")).set_value(5.0)
    experts.get_by_key(f"review-reference-{run.run_id}").set_value("female").run()
    assert not experts.exception
    review = run.review(reference="female", tolerance=0.05)
    assert verdicts_in_words(review.differences, 0.05) in told()
    assert (
        clear_differences(
            review.comparisons, **words, reference="female", apart=review.apart, people=PEOPLE
        )
        in told()
    )
    spec = specs(experts)[0]
    assert all(verdict in spec for verdict in set(review.differences["verdict"]))


@pytest.mark.slow
def test_all_measures_of_a_review_stand_below_one_control(app, demo_run):
    run, labelled = demo_run
    app.session_state["fairmoe"].keep(run, labelled)
    app.session_state["review-open"] = True
    experts = open_part(app.switch_page("pages/experts.py").run(), "experts-part", "By group")
    found = {tuple(table.value.columns): table.value for table in experts.dataframe}
    review = review_run(run, labelled, "mixture")
    gaps = found["compared", "gap", "between", "n"]
    assert list(gaps.index) == list(GAP_MEASURES.values())
    value, low, high = review.differences.loc[
        "equal_opportunity_difference", ["value", "low", "high"]
    ]
    assert gaps["gap"]["Equal opportunity difference"] == with_interval(value, low, high, " pp")
    assert gaps["compared"].tolist() == [
        share_compared(name, run.data.words) for name in GAP_MEASURES
    ]
    ratios = found["n", "value", "highest", "reference"]
    assert ratios["reference"]["male"] == "reference"
    compared = found["rate", "value", "reference", "difference", "p", "clear", "n"]
    assert len(compared) == len(review.comparisons)
    others = found["value", "about"]["value"]
    assert others["Calibration difference"] == f"{100 * review.calibration_difference:.1f} pp"
    assert others["Flip rate"].startswith("not applicable: the models do not see")
    assert others["Representation gap"].startswith("not applicable: only single experts")
    experts.get_by_key("rates-model").set_value("utility").run()
    others = next(t.value for t in experts.dataframe if list(t.value) == ["value", "about"])
    distance = review_run(run, labelled, "utility").representation_difference
    assert others["value"]["Representation gap"] == f"{distance:.3f}"
    assert "rule of thumb" in " ".join(text.value for text in experts.markdown)


def test_where_the_outcome_is_bad_the_gaps_say_that_they_are_of_it(app, demo_run):
    run, labelled = demo_run
    target = replace(run.roles.target, outcome="bad")
    bad = replace(run, roles=replace(run.roles, target=target))
    app.session_state["fairmoe"].keep(bad, replace(labelled, roles=bad.roles))
    experts = open_part(app.switch_page("pages/experts.py").run(), "experts-part", "By group")
    told = [each.value for each in experts.caption]
    said = escape_markdown(gaps_of_the_bad(run.data.words, favourable=False))
    assert [said in each for each in told].count(True) == 1

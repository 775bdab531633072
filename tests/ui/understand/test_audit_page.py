"""A score or decisions that are there already, without a run."""

import json
from dataclasses import replace

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.analysis.audits import audit_rows, audited_rows
from fairmoe.data import DEMO_ROLES, Existing, make_demo, table_from_frame
from fairmoe.data.people import people_of
from fairmoe.errors import InvalidInputError
from fairmoe.sentences.audits import (
    CHANGES_DATA,
    LEARNT_FROM,
    MEANING_UNKNOWN,
    NO_SCORE,
    harm_gap,
    how_it_decides,
    left_out_of_features,
    may_be_existing,
    only_feature,
    wrongly_in_people,
)
from fairmoe.sentences.cautions import left_out_groups
from fairmoe.sentences.data import still_left_out
from fairmoe.sentences.result import gap_in_words, who_gets_it
from fairmoe.sentences.reviews import gaps_takeaway
from fairmoe.sentences.small_groups import told_as_one
from fairmoe.ui.frame.limits import limits
from tests.ui.parts import of_people
from tests.ui.prepare.fields import field
from tests.ui.understand.shown import choose_existing, texts

WORDS = ("hired", "not hired")
NASTY = "<b>score</b> **x** :red[y]"
ROLES = replace(DEMO_ROLES, target=replace(DEMO_ROLES.target, words=WORDS))


def table(name="decile_score", rows=600):
    frame = make_demo(rows)
    decile = np.ceil(2 * frame["interview_score"]).clip(1, 10).astype(int)
    said = np.where(frame["interview_score"] > 3, "yes", "no")
    return table_from_frame(frame.assign(**{name: decile, "said": said}), name="scored.csv")


def open_audit(app, table, roles=ROLES):
    state = app.session_state["fairmoe"]
    state.load(table, roles)
    state.settle(roles)
    return app.switch_page("pages/audit.py").run()


def captions(app):
    return [each.value for each in app.main.caption]


def picture(app):
    return app.main.get("html")[0].proto.body


@pytest.fixture
def audit(app):
    return choose_existing(open_audit(app, table()), "decile_score")


def test_nothing_is_chosen_unasked_and_the_likely_columns_are_named(app):
    open_audit(app, table())
    assert not app.exception
    before = app.session_state["fairmoe"].labelled
    assert "decile_score" in before.kinds
    assert captions(app)[-1].startswith(
        escape_markdown("By their names, these may be scores or decisions: ")
    )
    assert "decile_score" in field(app, "selectbox", "Score or decision").options
    assert "hired" not in field(app, "selectbox", "Score or decision").options
    assert NO_SCORE in [link.proto.label for link in app.main.get("page_link")]
    field(app, "selectbox", "Score or decision").select("decile_score").run()
    assert NO_SCORE not in [link.proto.label for link in app.main.get("page_link")]


def test_a_table_without_a_score_leads_on_to_training(app):
    plain = table_from_frame(make_demo(600).drop(columns=["interview_score", "test_score"]))
    open_audit(app, plain)
    assert escape_markdown(may_be_existing([])) in captions(app)
    assert NO_SCORE in [link.proto.label for link in app.main.get("page_link")]


def test_without_training_it_says_what_the_score_does_to_people(audit):
    labelled = audit.session_state["fairmoe"].labelled
    cutoff = field(audit, "number_input", "Cut-off").value
    existing = Existing("decile_score", cutoff)
    found = audit_rows(audited_rows(labelled, existing))
    model = "the score “decile_score”"
    gap = found.audit.review.differences.T["equal_opportunity_difference"]
    assert not audit.exception
    assert not audit.error
    assert audit.session_state["fairmoe"].run is None
    people = of_people(found)
    told = [
        who_gets_it(people[0], "hired", groups=2, model=model),
        wrongly_in_people(people[1], *WORDS, model=model),
        harm_gap(gap),
    ]
    assert texts(audit)[0] == escape_markdown(" ".join(told))
    for source in ("label", "model"):
        for words in gap_in_words(found.gaps[source]):
            assert words in picture(audit)
    assert "Mixture" not in picture(audit)
    assert not audit.main.dataframe
    assert any(LEARNT_FROM in each.replace("\\", "") for each in captions(audit))
    shown = found.audit.review.differences, found.audit.rates, labelled.words
    takeaway = gaps_takeaway(*shown, people_of(labelled.group_names, labelled.roles))
    assert "the share" in takeaway
    assert any(each.startswith(escape_markdown(takeaway)) for each in captions(audit))
    assert "Go to Train" in [link.proto.label for link in audit.main.get("page_link")]


def test_the_column_is_no_feature_any_more_and_the_page_says_so(audit):
    state = audit.session_state["fairmoe"]
    assert "decile_score" not in state.labelled.kinds
    # The decile is made of one, and the decision is made of the decile.
    same = ("interview_score", "said")
    assert state.labelled.roles.dropped == (*ROLES.dropped, *same)
    assert state.labelled.roles.existing.column == "decile_score"
    existing = Existing("decile_score", field(audit, "number_input", "Cut-off").value)
    told = f"{how_it_decides(existing, WORDS)} {left_out_of_features('decile_score', same)}"
    assert escape_markdown(f"{told} {CHANGES_DATA}") in captions(audit)
    # It is entered again after a reload.
    assert state.widgets[f"audit-column-{state.version}"] == "decile_score"
    audit.switch_page("pages/data.py").run()
    assert not audit.exception
    assert field(audit, "multiselect", "Columns left out").value == [*ROLES.dropped, *same]
    assert field(audit, "selectbox", "Score or decision").value == "decile_score"
    assert field(audit, "selectbox", "Target column").value == ROLES.target.column
    assert field(audit, "selectbox", "Sensitive column").value == ROLES.sensitive_columns[0]
    assert state.labelled.roles.existing == existing
    assert "decile_score" not in audit.session_state["fairmoe"].labelled.kinds
    audit.switch_page("pages/audit.py").run()
    assert field(audit, "selectbox", "Score or decision").value == "decile_score"


def test_a_column_that_is_cleared_stays_left_out_until_it_is_taken_back(audit):
    state, told = audit.session_state["fairmoe"], ("interview_score", "said", "decile_score")
    stays = escape_markdown(still_left_out(told))
    assert stays not in captions(audit)
    choose_existing(audit, None)
    assert stays in captions(audit)
    assert not {*told} & set(state.labelled.kinds)
    audit.switch_page("pages/train.py").run()
    audit.switch_page("pages/audit.py").run()
    assert stays in captions(audit)
    field(audit, "button", "Use as features").click().run()
    assert not audit.exception
    assert stays not in captions(audit)
    assert {*told} <= set(state.labelled.kinds)
    audit.switch_page("pages/data.py").run()
    assert field(audit, "multiselect", "Columns left out").value == list(ROLES.dropped)
    assert {*told} <= set(state.labelled.kinds)


def test_cut_off_direction_and_tolerance_are_followed_at_once(audit):
    before = picture(audit)
    field(audit, "number_input", "Cut-off").set_value(7.0).run()
    assert picture(audit) != before
    field(audit, "selectbox", "Above it").set_value("not hired").run()
    labelled = audit.session_state["fairmoe"].labelled
    existing = Existing("decile_score", 7.0, rises=False)
    found = audit_rows(audited_rows(labelled, existing), tolerance=0.01)
    field(audit, "number_input", "Tolerance (pp)").set_value(1.0).run()
    assert gap_in_words(found.gaps["model"])[1] in picture(audit)
    told = who_gets_it(of_people(found)[0], "hired", groups=2, model="the score “decile_score”")
    assert texts(audit)[0].startswith(escape_markdown(told))
    assert not audit.exception


def test_an_answer_for_nearly_all_raises_the_alarm(audit):
    field(audit, "number_input", "Cut-off").set_value(9.5).run()
    assert audit.error[0].value.startswith("The same answer goes to far too many")


def test_decisions_have_values_in_place_of_a_cut_off(app):
    open_audit(app, table())
    choose_existing(app, "said")
    values = field(app, "multiselect", "Values that give “hired”")
    assert values.value == ["yes"]
    assert picture(app)
    values.set_value([]).run()
    assert not app.exception
    assert not app.main.get("html")


@pytest.mark.parametrize("outcome", ["bad", "neither", None])
def test_nobody_is_called_wrongly_refused_unless_the_outcome_is_good_or_bad(app, outcome):
    roles = replace(ROLES, target=replace(ROLES.target, outcome=outcome))
    choose_existing(open_audit(app, table(), roles), "decile_score")
    assert not app.exception
    if outcome == "bad":
        assert "wrongly “hired”" in picture(app)
        assert "gives “not hired” less often" in texts(app)[0]
        return
    assert "wrongly" not in picture(app) + texts(app)[0]
    asked = escape_markdown(MEANING_UNKNOWN.format(outcome="hired"))
    assert (asked in captions(app)) == (outcome is None)


def test_numbers_and_files_leave_small_groups_out(audit, monkeypatch):
    monkeypatch.setattr(
        "fairmoe.ui.understand.audit.limits", lambda: replace(limits(), smallest_group=290)
    )
    monkeypatch.setattr(
        "fairmoe.ui.frame.components.limits", lambda: replace(limits(), smallest_group=290)
    )
    audit.session_state["audit-open"] = True
    audit.run()
    shown = audit.main.dataframe[0].value
    assert list(shown.index) == ["female", "male", "Everyone"]
    # Of the people and of the gaps.
    assert captions(audit).count(escape_markdown(left_out_groups(290))) == 2


@pytest.mark.parametrize(
    ("sizes", "merged"),
    [
        # The next group joins so that one alone cannot be told.
        ({"other": 15, "nonbinary": 40}, ("nonbinary", "other")),
        # All that are too small to be compared are drawn alike.
        ({"other": 15, "nonbinary": 10, "unsaid": 25}, ("nonbinary", "other", "unsaid")),
    ],
)
def test_few_people_are_told_of_as_one(app, monkeypatch, sizes, merged):
    monkeypatch.setattr(
        "fairmoe.ui.understand.audit.limits", lambda: replace(limits(), smallest_group=20)
    )
    frame = table().frame
    sex = frame["sex"].astype(str).to_numpy()
    sex[: sum(sizes.values())] = np.repeat(list(sizes), list(sizes.values()))
    choose_existing(
        open_audit(app, table_from_frame(frame.assign(sex=sex), name="few.csv")), "decile_score"
    )
    assert not app.exception
    told = told_as_one(merged, "smaller groups", 20, where="")
    assert escape_markdown(told) in captions(app)
    assert "smaller groups" in picture(app)
    assert not any(f">{name}<" in picture(app) for name in merged)


def test_markup_in_the_name_of_a_column_is_shown_letter_by_letter(app):
    choose_existing(open_audit(app, table(NASTY)), NASTY)
    assert not app.exception
    assert escape_markdown(NASTY) in texts(app)[0]
    assert "<b>score</b>" not in picture(app)
    assert "&lt;b&gt;score&lt;/b&gt;" in picture(app)
    assert all(NASTY not in each for each in (*texts(app), *captions(app)))


def test_the_only_feature_stays_one_and_the_page_says_so(app):
    frame = table().frame[["hired", "sex", "decile_score"]]
    roles = replace(ROLES, dropped=())
    choose_existing(open_audit(app, table_from_frame(frame, name="x"), roles), "decile_score")
    assert not app.exception
    assert app.info[0].value == escape_markdown(only_feature("decile_score"))
    assert picture(app)


def test_the_file_holds_the_audit_and_how_the_column_decides(audit):
    labelled = audit.session_state["fairmoe"].labelled
    button = next(b for b in audit.main.get("download_button") if b.proto.label == "Audit as JSON")
    assert button
    from fairmoe.ui.understand.audit import audit_document

    existing = Existing("decile_score", 4.0)
    told = json.loads(audit_document(labelled, existing, tolerance=0.05, smallest=10))
    assert told["existing"] == {
        "column": "decile_score",
        "cutoff": 4.0,
        "rises": True,
        "positive": [],
    }
    found = audit_rows(audited_rows(labelled, existing), tolerance=0.05)
    assert told["review"] == json.loads(json.dumps(found.to_dict()))["review"]
    assert told["rows"] == len(labelled.y)
    assert list(told["rates"]) == ["female", "male"]
    fewest = min(np.bincount(labelled.group))
    with pytest.raises(InvalidInputError, match="Two groups of at least"):
        audit_document(labelled, existing, tolerance=None, smallest=fewest + 1)

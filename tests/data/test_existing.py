"""Columns that are another model's score or decision."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from fairmoe.data import (
    Existing,
    Roles,
    Sensitive,
    Target,
    assign_roles,
    existing_at_first,
    named_as_existing,
    same_answers,
    scored_by,
    suggest_existing,
    table_from_frame,
)
from fairmoe.errors import InvalidInputError

ROLES = Roles(Target("y", ("yes",), outcome="good"), (Sensitive("group"),))


@pytest.fixture(scope="module")
def labelled():
    rng = np.random.default_rng(0)
    n = 400
    y = rng.random(n) < 0.4
    proba = np.clip(0.4 + 0.3 * (y - 0.4) + rng.normal(0, 0.15, n), 0, 1)
    frame = pd.DataFrame(
        {
            "y": np.where(y, "yes", "no"),
            "group": np.where(rng.random(n) < 0.5, "a", "b"),
            "height": rng.normal(size=n),
            "lack": 1 - proba,
            "risk": (10 * (1 - proba)).round().astype(int),
            "proba": proba,
            "bit": (proba > 0.5).astype(int) + 1,
            "said": np.where(proba > 0.45, "yes", "no"),
            "approved": np.where(proba > 0.45, "granted", "refused"),
            "text": [f"person {i} of {n}" for i in range(n)],
        }
    )
    return assign_roles(table_from_frame(frame), ROLES)


def cells(labelled, column):
    return labelled.table.frame[column].iloc[labelled.rows]


def test_those_named_like_a_score_come_first_and_of_those_the_better(labelled):
    found = suggest_existing(labelled)
    assert list(found)[:2] == ["proba", "risk"]
    assert [name for name, is_named in found.items() if is_named] == ["proba", "risk"]
    assert set(list(found)[2:]) == {"bit", "said", "approved", "height", "lack"}
    assert list(found)[2] == "lack"
    assert list(found)[-1] == "height"


@pytest.mark.parametrize(
    ("column", "is_told"),
    [("decile_score", True), ("yPred", True), ("interview_score", False), ("model", False)],
)
def test_what_may_be_a_persons_own_score_is_not_pointed_out(labelled, column, is_told):
    table = table_from_frame(labelled.table.frame.rename(columns={"proba": column}))
    assert named_as_existing(assign_roles(table, ROLES)) == (
        ("risk", column) if is_told else ("risk",)
    )


@pytest.mark.parametrize(
    ("column", "is_named"),
    [
        ("decile_score", True),
        ("yPred", True),
        ("y_hat", True),
        ("RiskRating", True),
        ("modelled", False),
        ("underscore", False),
    ],
)
def test_names_are_read_word_by_word(labelled, column, is_named):
    table = table_from_frame(labelled.table.frame.rename(columns={"height": column}))
    assert suggest_existing(assign_roles(table, ROLES))[column] is is_named


def test_columns_with_another_role_are_none(labelled):
    weighted = assign_roles(labelled.table, replace(ROLES, weight="proba"))
    assert "proba" not in suggest_existing(weighted)
    assert not {"y", "group", "text"} & set(suggest_existing(labelled))


def test_a_probability_is_cut_at_one_half_and_two_values_between_them(labelled):
    assert existing_at_first(labelled, "proba") == Existing("proba", 0.5)
    assert existing_at_first(labelled, "bit") == Existing("bit", 1.5)


def test_another_score_is_cut_where_as_many_are_positive_as_by_label(labelled):
    existing = existing_at_first(labelled, "risk")
    assert not existing.rises
    shares = {
        cutoff: abs((cells(labelled, "risk") <= cutoff).mean() - labelled.y.mean())
        for cutoff in range(11)
    }
    assert existing.cutoff == min(shares, key=shares.get)


def test_a_decision_is_positive_where_the_label_is(labelled):
    assert existing_at_first(labelled, "said") == Existing("said", positive=("yes",))
    # Whoever asks has to say it.
    assert existing_at_first(labelled, "approved") == Existing("approved")


def test_what_lies_at_the_cut_off_is_not_above_it():
    values = pd.Series([3.0, 4.0, 5.0, np.nan])
    rising = scored_by(Existing("s", 4.0), values)
    falling = scored_by(Existing("s", 4.0, rises=False), values)
    assert rising.decided.tolist() == [0, 0, 1]
    assert falling.decided.tolist() == [1, 1, 0]
    assert rising.known.tolist() == [True, True, True, False]
    assert falling.score.tolist() == [-3.0, -4.0, -5.0]


def test_decisions_are_scores_of_zero_and_one():
    found = scored_by(Existing("s", positive=("a", "b")), pd.Series(["a", None, "c", "b"]))
    assert found.score.tolist() == [1.0, 0.0, 1.0]
    assert found.decided.tolist() == [1, 0, 1]


@pytest.mark.parametrize(
    ("existing", "values", "message"),
    [
        (
            Existing("s", 0.5),
            [None, None],
            "Values of column 's' are needed; however, these rows have none",
        ),
        (
            Existing("s"),
            ["a", "b"],
            "The values of column 's' that decide for the outcome are needed",
        ),
        (
            Existing("s", 0.5),
            ["a", "b"],
            "A score needs numbers, and column 's' has others",
        ),
        (
            Existing("s", positive=("c",)),
            ["a", "b"],
            "The values of column 's' that decide for the outcome need to be there",
        ),
    ],
)
def test_what_says_nothing_is_refused(existing, values, message):
    with pytest.raises(InvalidInputError, match=message):
        scored_by(existing, pd.Series(values))


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        ({"cutoff": np.inf}, "The cut-off needs to be a finite number"),
        ({"cutoff": 1.0, "positive": ("yes",)}, "needs either a cut-off or values that decide"),
    ],
)
def test_how_a_column_decides_is_one_of_two_ways(asked, message):
    with pytest.raises(InvalidInputError, match=message):
        Existing("s", **asked)


@pytest.mark.parametrize(
    ("existing", "values"),
    [
        (Existing("s", 4.0), [1, 4, 5, 10, 7]),
        (Existing("s", 4.0, rises=False), [1, 4, 5, 10, 7]),
        (Existing("s", 0.3), [0.0, 0.3, 0.31, 1.0, 0.30000001]),
        (Existing("s", 0.0), [-1e308, -1.0, 0.0, 1e-300, 1e308]),
        (Existing("s", 12.0), [1.0, 2.0]),
        (Existing("s", positive=("a",)), ["a", "b", "a"]),
    ],
)
def test_scores_become_shares_that_decide_alike_and_keep_their_order(existing, values):
    scored = scored_by(existing, pd.Series(values))
    proba = scored.proba
    assert ((proba >= 0) & (proba <= 1)).all()
    assert ((proba > 0.5) == scored.decided).all()
    assert (np.diff(proba[np.argsort(scored.score, kind="stable")]) >= 0).all()


def test_a_probability_cut_at_one_half_stays_what_it_is():
    values = pd.Series([0.1, 0.5, 0.75])
    assert scored_by(Existing("s", 0.5), values).proba.tolist() == pytest.approx([0.1, 0.5, 0.75])
    lack = scored_by(Existing("s", 0.5, rises=False), values)
    assert lack.proba[[0, 2]].tolist() == pytest.approx([0.9, 0.25])
    assert lack.decided.tolist() == [1, 1, 0]


def test_a_role_keeps_the_column_from_the_features_and_leaves_out_rows_without_it(labelled):
    frame = labelled.table.frame.assign(risk=labelled.table.frame["risk"].astype(float))
    frame.loc[:4, "risk"] = np.nan
    roles = replace(ROLES, existing=Existing("risk", 6.0, rises=False))
    found = assign_roles(table_from_frame(frame), roles)

    assert "risk" not in found.features
    assert len(found.y) == len(frame) - 5
    assert "5 rows left out because 'risk' is missing." in found.notes
    risk = found.table.frame["risk"].iloc[found.rows]
    assert ((found.existing[found.rows] > 0.5) == (risk <= 6)).all()
    assert np.isnan(found.existing[:5]).all()
    assert Roles.from_dict(roles.to_dict()) == roles
    with pytest.raises(InvalidInputError, match="'risk' is both existing score and dropped"):
        replace(roles, dropped=("risk",))


def test_what_says_the_same_in_other_words_is_found(labelled):
    frame = labelled.table.frame.drop(columns=["proba", "lack", "bit", "said", "approved", "text"])
    level = pd.cut(frame["risk"], [-1, 3, 6, 10], labels=["low", "middle", "high"]).astype(str)
    frame = frame.assign(level=level, cubed=frame["risk"] ** 3, twin=-frame["height"])
    many = assign_roles(table_from_frame(frame), ROLES)
    assert same_answers(many, "risk") == ("level", "cubed")
    # Its level follows from its cube too, which is called like no score.
    assert same_answers(many, "level") == ("risk",)
    # Each of 400 values is another, so all columns follow from it.
    assert same_answers(many, "height") == ("twin",)


def test_what_differs_in_one_row_or_is_always_the_same_is_not_the_same(labelled):
    frame = labelled.table.frame[["y", "group", "risk"]]
    level = frame["risk"] > 5
    level.iloc[7] = not level.iloc[7]
    few = assign_roles(table_from_frame(frame.assign(level=level, one="x")), ROLES)
    assert same_answers(few, "risk") == ()

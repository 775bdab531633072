"""Two runs in pairs, word by word."""

from types import SimpleNamespace

import pandas as pd

from fairmoe.data import Roles, Sensitive, Target
from fairmoe.sentences.comparison import (
    OTHER_QUESTION,
    decisions_compared,
    figures_compared,
    nothing_to_compare,
    of_another_table,
    roles_apart,
    run_of_table,
    who_changed,
)


def paired(first, second, low, high):
    return SimpleNamespace(
        rows=1000, first_right=first, second_right=second, accuracy_interval=(low, high)
    )


def test_what_is_told_of_pairs():
    assert decisions_compared(paired(0, 0, 0.0, 0.0)) == "Both decide alike on all 1,000 rows."
    assert decisions_compared(paired(40, 12, -0.042, -0.013)) == (
        "They decide differently on 52 of the same 1,000 rows: on these the first is right 40 "
        "times, the second 12 times. The accuracy of the second is 2.8 pp lower (95% interval −4.2 "
        "to −1.3), which is statistically significant."
    )
    assert decisions_compared(paired(5, 9, -0.003, 0.011)).endswith(
        "is 0.4 pp higher (95% interval −0.3 to +1.1), which is not statistically significant."
    )
    assert decisions_compared(None) == (
        "The runs were judged on different rows or labels. Part of the differences may come from "
        "who is in these rows. Train both with the same split seed to compare them in pairs."
    )


def test_that_a_run_is_of_another_table():
    assert of_another_table("a.csv", "b.csv") == (
        "The run shown here is of a.csv, not of b.csv, which is loaded. Train on that, or choose "
        "one of its runs."
    )
    assert of_another_table("", "").startswith(
        "The run shown here is of another table, not of the table, which is loaded."
    )


def test_who_changes_from_one_run_to_another():
    counts = {"n": [100, 300], "better": [7, 0], "worse": [2, 0], "better_right": [5, 0]}
    groups = pd.DataFrame(counts | {"worse_right": [1, 0]}, index=["women", "men"])
    assert who_changed(groups, groups.sum(), "hired", ("Run 1", "Run 2")) == (
        "From Run 1 to Run 2, 9 of 400 decisions change. People who get “hired”: of women 7 more "
        "and 2 fewer. The label agrees with 6 of these changes."
    )
    both = groups.assign(better=[7, 4])
    assert "“hired”: of women 7 more and 2 fewer; of men 4 more and 0 fewer. The" in who_changed(
        both, both.sum(), "hired", ("Run 1", "Run 2")
    )
    one = groups.assign(better=[1, 0], worse=0)
    told = who_changed(one, one.sum(), "hired", ("A", "B"))
    assert told.startswith("From A to B, 1 of 400 decisions changes. People ")
    same = groups.assign(better=0, worse=0)
    assert who_changed(same, same.sum(), "hired", ("A", "B")) == (
        "A and B decide alike about all 400 people."
    )
    assert (
        figures_compared(
            {"acc": 0.781, "dp": 0.1, "eo": float("nan")}, {"acc": 0.79, "dp": 0.05, "eo": 0.2}
        )
        == "Accuracy 78.1 and 79.0%; DP gap 10.0 and 5.0 pp."
    )


def test_runs_of_other_questions_are_not_compared():
    assert OTHER_QUESTION.format(first="A", second="B") == (
        "A and B were trained on different tables, targets or groups. Their figures cannot be "
        "compared. Choose two runs that have these in common."
    )


def test_a_run_that_stands_alone_says_what_to_do():
    alone = "No other run has the table, target and groups of A, so nothing is compared here."
    assert nothing_to_compare("A", ()) == (
        f"{alone} Train once more on its table, with the same target and groups."
    )
    assert nothing_to_compare("A", ("B", "C")) == (
        f"{alone} B and C can be compared: choose one of them as the run shown on all pages."
    )


def test_a_run_of_another_table_is_named_with_it():
    assert run_of_table("Run 3", "a.csv", loaded=True) == "Run 3"
    assert run_of_table("Run 3", "a.csv", loaded=False) == "Run 3 (a.csv)"
    assert run_of_table("Run 3", "", loaded=False) == "Run 3 (another table)"


def test_roles_are_told_that_other_runs_have_not():
    race = Roles(Target("recid", ("1",)), (Sensitive("race"),), dropped=("id",))
    six, four = tuple("abcdef"), ("a", "b", "c", "others")
    assert roles_apart(race, six, []) == "by race, 6 groups"
    assert roles_apart(race, six, [(race, four)]) == "by race, 6 groups"
    assert roles_apart(race, four, [(race, six)]) == "by race, 4 groups"
    assert roles_apart(race, four, [(race, tuple("abcd"))]) == (
        "by race, 4 groups, among them others"
    )
    other = Roles(
        Target("priors", threshold=3),
        (Sensitive("race"), Sensitive("sex")),
        include_sensitive=True,
        dropped=("id", "decile"),
        weight="w",
    )
    assert roles_apart(other, six, [(race, four)]) == (
        "by race and sex, 6 groups, predicts priors above 3, models see the groups, without "
        "decile, weighted by w"
    )
    assert roles_apart(race, four, [(other, six)]) == (
        "by race, 4 groups, predicts recid = 1, models do not see the groups, not weighted"
    )

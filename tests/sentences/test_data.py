"""What a table holds, word by word."""

import pandas as pd
import pytest

from fairmoe.data import Leaks
from fairmoe.data.groups import Merge
from fairmoe.sentences.data import (
    LEAVE_OUT_LEAKS,
    given_away,
    label_takeaway,
    leaks_in_words,
    leaks_takeaway,
    left_out_by_default,
    merge_and_train_again,
    merge_help,
    missing_takeaway,
    names_the_row,
    others_look_sensitive,
    proxies_takeaway,
    small_groups_in_words,
    still_left_out,
    who_is_merged,
)


def test_where_the_positive_class_is_most_and_least_frequent():
    counts = pd.DataFrame(
        {"rows": [1200, 300, 0], "positive_share": [0.4, 0.25, float("nan")]}, ["a", "b", "c"]
    )
    assert label_takeaway(counts, "hired") == (
        "3 groups of 0 to 1,200 rows; the label is “hired” most often for a (40.0%) and least "
        "often for b (25.0%)."
    )


def test_which_feature_is_missing_most_unequally():
    missing = pd.DataFrame(
        {
            "column": ["pay", "pay", "age", "age"],
            "group": ["a", "b", "a", "b"],
            "missing": [10, 30, 1, 1],
            "rows": [100, 100, 100, 100],
        }
    )
    assert missing_takeaway(missing) == (
        "2 features have missing values; groups differ most in pay: missing for 30.0% of b and "
        "10.0% of a."
    )
    assert missing_takeaway(missing[:2]).startswith("1 feature has missing values; groups differ")


def test_how_well_features_stand_in_for_the_group():
    alone = pd.Series({"height": 0.83, "town": 0.51})
    assert proxies_takeaway(alone, 0.9, 0.532) == (
        "Together the features predict the group with an AUC of 90%; the strongest proxy is height "
        "(83%). Above 53.2% an AUC is more than chance."
    )
    assert proxies_takeaway(alone, 0.57, 0.532) == (
        "Together the features predict the group with an AUC of 57%; the strongest proxy is height "
        "(83%). All together seem to tell less than one, for the model of all also learns what is "
        "chance in these rows: they tell at least 83%. Above 53.2% an AUC is more than chance."
    )
    assert proxies_takeaway(alone, 0.9, 0.9) == (
        "No feature predicts the group better than chance may."
    )


def test_what_gives_away_a_column_that_models_do_not_see():
    alone = pd.Series({"height": 0.83, "town": 0.51})
    assert given_away(["sex"], alone, 0.9, 0.532) == (
        "The models do not look at sex, but the other features give it away, most of all height "
        "(alone 83%): they tell the group with an AUC of 90%, where 50% is chance."
    )
    assert given_away(["race", "sex"], pd.Series({"town": 0.52}), 0.8, 0.532) == (
        "The models do not look at race and sex, but the other features give them away: they tell "
        "the group with an AUC of 80%, where 50% is chance."
    )
    assert "an AUC of 83%" in given_away(["sex"], alone, 0.7, 0.532)
    assert given_away(["sex"], alone * 0.95, 0.79, 0.532) == ""
    assert given_away(["sex"], alone, 0.9, 0.95) == ""


def test_a_suggested_sensitive_column_is_told_to_be_a_guess():
    assert others_look_sensitive(["race", "age"]) == (
        "Suggested by its name; race and age look sensitive too: choose by which people are "
        "compared, or cross two."
    )
    assert others_look_sensitive(["race"]).startswith(
        "Suggested by its name; race looks sensitive too: "
    )


SMALL = {"Asian": (31, 8), "Other": (343, 124)}
NEEDED = (
    " A group needs about 500 rows, 100 of them positive: one in five is kept for the test, and "
    "with fewer than 100 test rows, or 20 positive ones, only a large gap can be told from chance."
)


@pytest.mark.parametrize(
    ("merge", "way_out"),
    [
        (None, ""),
        (
            Merge(344, ("Asian", "Other"), 374),
            " Set “Merge groups of fewer rows than” above to 344, and “Asian” and “Other” become "
            "one group of 374 rows, 132 of them positive, which is still few.",
        ),
        (
            Merge(510, ("Asian", "Other", "Hispanic"), 883),
            " Set “Merge groups of fewer rows than” above to 510, and “Asian”, “Other” and "
            "“Hispanic” become one group of 883 rows.",
        ),
    ],
)
def test_small_groups_are_counted_and_lead_to_what_merges_them(merge, way_out):
    assert small_groups_in_words(SMALL, merge=merge) == (
        "Small groups: “Asian” (31 rows, 8 of them positive) and “Other” (343 rows, 124 of them "
        f"positive).{NEEDED}{way_out}"
    )


@pytest.mark.parametrize(
    ("positives", "few"), [(99, ", which is still few."), (100, "."), (61, ", which is still few.")]
)
def test_it_is_foreseen_that_a_merged_group_has_few_positive_rows(positives, few):
    small = {"Amer-Indian": (311, 36), "Other": (271, positives - 36)}
    told = small_groups_in_words(small, merge=Merge(312, tuple(small), 582))
    assert told.endswith(f"become one group of 582 rows, {positives} of them positive{few}")


def test_groups_that_are_merged_already_are_not_to_be_merged_again():
    told = small_groups_in_words(
        {"smaller groups": (374, 132)}, merge=None, merged="smaller groups"
    )
    assert told == (
        "Still small: “smaller groups” (374 rows, 132 of them positive; the groups that were "
        f"merged).{NEEDED}"
    )


def test_how_to_train_so_that_no_score_rests_on_few():
    merge = Merge(344, ("Asian", "Other"), 374)
    assert merge_and_train_again(merge) == (
        " To have no score rest on so few, set “Merge groups of fewer rows than” on Data to 344 "
        "and train again: “Asian” and “Other” become one group of 374 rows. "
        "Other groups keep their test rows; their figures change all the same, for the models are "
        "trained anew."
    )
    assert merge_and_train_again(merge, how="use --merge-small").startswith(
        " To have no score rest on so few, use --merge-small 344 and train again: “Asian”"
    )
    assert merge_and_train_again(None) == ""


def test_the_button_that_merges_says_what_it_does():
    assert merge_help(1200) == (
        "Sets “Merge groups of fewer rows than” on Data to 1,200. The next training counts them as "
        "one; runs that are trained stay as they are. A button beside that field undoes it."
    )


def test_what_stays_left_out_for_a_cleared_score_is_named():
    assert still_left_out(["risk"]) == "Still left out of the features: risk."
    assert still_left_out(["a", "b"]) == "Still left out of the features: a and b."


def test_columns_left_out_are_told_by_reason():
    left_out = {"id": "id", "name": "name", "row": "id", "born": "date", "x": "empty", "t": "text"}
    assert left_out_by_default(left_out) == (
        "Left out by default: id and row (only names the row); name (has nearly a value for each "
        "person); born (is a date); t (is free text); x (has no values)."
    )
    assert left_out_by_default({}) == ""
    assert names_the_row(["id"]) == (
        "id names the row or the person. From that a model learns nothing but single rows."
    )
    assert names_the_row(["id", "case"]).startswith("id and case name the row or the person.")


def test_why_a_column_may_know_the_answer():
    alone = pd.Series({"is_recid": 0.971, "event": 0.886, "degree": 0.7})
    missing = pd.DataFrame({"auc": [0.7], "given": [0.937], "absent": [0.002]}, index=["degree"])
    suspects = {"is_recid": "alone", "event": "ahead", "degree": "missing"}
    found = Leaks(alone, missing, 0.99, 0.52, 4000, suspects)
    assert leaks_in_words(found, "reoffends") == {
        "is_recid": "is_recid: alone it tells the outcome with an AUC of 97%.",
        "event": "event: alone it tells the outcome with an AUC of 89%, far better than all other "
        "features together.",
        "degree": "degree: where it has a value, 94% are “reoffends”; where it is missing, 0%.",
    }
    assert LEAVE_OUT_LEAKS == (
        "Leave out what is not known yet when the decision is made: a model that sees it looks "
        "better than it will be."
    )


def test_how_well_the_features_tell_the_target():
    alone = pd.Series({"a": 0.97, "b": 0.6})
    assert leaks_takeaway(alone, 0.985, 0) == (
        "The strongest feature tells the outcome with an AUC of 97% (a), all together with 98%; "
        "none looks as if it knew the answer."
    )
    assert leaks_takeaway(alone, 0.985, 1).endswith("; 1 feature looks as if it knew the answer.")
    assert leaks_takeaway(alone, 0.985, 2).endswith("; 2 features look as if they knew the answer.")
    assert leaks_takeaway(alone, 0.6, 0).endswith(
        "none looks as if it knew the answer. All together seem to tell less than one, for the "
        "model of all also learns what is chance in these rows: they tell at least 97%."
    )
    assert leaks_takeaway(alone * float("nan"), float("nan"), 0) == (
        "Too few rows have the rarer outcome to say which features know the answer."
    )


def test_who_is_merged_is_told_with_how_many_rows():
    assert who_is_merged({"Caucasian": 1898, "Asian": 1}) == (
        "The group “smaller groups” holds everyone with one of these values: “Caucasian” (1,898 "
        "rows) and “Asian” (1 row)."
    )

"""What a table holds, word by word."""

import pandas as pd

from fairmoe.sentences.data import label_takeaway, missing_takeaway, proxies_takeaway


def test_where_the_positive_class_is_most_and_least_frequent():
    counts = pd.DataFrame(
        {"rows": [1200, 300, 0], "positive_share": [0.4, 0.25, float("nan")]}, ["a", "b", "c"]
    )
    assert label_takeaway(counts) == (
        "3 groups of 0 to 1,200 rows; the positive class is most frequent in a (40.0%) and least "
        "in b (25.0%)."
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
    assert proxies_takeaway(alone, 0.9, 0.9) == (
        "No feature predicts the group better than chance may."
    )

"""What is said of gaps like with like, word by word."""

import pandas as pd

from fairmoe.sentences.conditional import NO_PROOF, conditional_takeaway, side_by_side_takeaway

NAN = float("nan")


def test_gaps_in_all_and_like_with_like_are_told():
    overall = pd.DataFrame(
        [(-0.1, -0.15, -0.05, -0.031, -0.08, 0.02), (0.02, -0.1, 0.14, NAN, NAN, NAN)],
        index=["women", "others"],
        columns=["difference", "low", "high", "adjusted", "adjusted_low", "adjusted_high"],
    )
    told = conditional_takeaway(
        overall, "selection_rate", column="job", reference="men", words=("hired", "not hired")
    )
    assert told == (
        "Against men, given “hired”: women −10.0 pp (−15.0 to −5.0) in all and −3.1 pp (−8.0 to "
        "+2.0) among people with the same job and others +2.0 pp (−10.0 to +14.0) in all and "
        "insufficient data among people with the same job."
    )
    people = {"women": "people with sex = f", "men": "people with sex = m"}
    told = conditional_takeaway(
        overall, "accuracy", column="job", reference="men", words=("a", "b"), people=people
    )
    assert told.startswith(
        "Against people with sex = m, decided rightly: people with sex = f −10.0 pp"
    )
    assert NO_PROOF.format(column="job") == (
        "Comparing like with like can hide unequal treatment: who has which job may itself follow "
        "from it."
    )


def test_columns_are_named_the_largest_gap_first():
    tables = {name: pd.DataFrame({"value": [gap]}) for name, gap in
              {"sex": 0.1, "race": 0.2, "age": NAN}.items()}  # fmt: skip
    assert side_by_side_takeaway(tables) == (
        "Demographic parity difference, the largest first: race 20.0 pp and sex 10.0 pp."
    )
    assert side_by_side_takeaway({"age": tables["age"]}) == (
        "Too few groups have enough rows to be compared."
    )

"""What is said of a review, word by word."""

import pandas as pd
import pytest

from fairmoe.metrics.judged import COMPARISON, DIFFERENCES
from fairmoe.names import GAP_MEASURES, RATES
from fairmoe.sentences.reviews import (
    _COMPARED,
    FOUR_FIFTHS_EXPLAINED,
    VERDICTS,
    clear_differences,
    four_fifths,
    gaps_of_the_bad,
    gaps_takeaway,
    rate_in_words,
    share_compared,
)


def compared(*rows):
    return pd.DataFrame(
        [
            ("selection_rate", g, n, v, 0.41, v - 0.41, v - 0.5, v - 0.3, p, p < 0.05)
            for g, n, v, p in rows
        ],
        columns=COMPARISON,
    )


NONE_APART = {"selection_rate": (), "true_positive_rate": ()}
WORDS = ("hired", "not hired")


def told(table, apart=NONE_APART):
    return clear_differences(table, words=WORDS, reference="r", apart=apart)


def test_clear_differences_are_named_the_farthest_first():
    table = compared(("b", 90, 0.2, 0.02), ("a", 1200, 0.57, 0.0001), ("c", 80, 0.45, 0.6))
    table.loc[0, "rate"] = "true_positive_rate"
    assert told(table, {"selection_rate": ("d", "e"), "true_positive_rate": ("e", "f")}) == (
        "Clearly different from r (each p-value is of one pair, made larger the more pairs are "
        "compared: Holm's method): b (20.0% given “hired” of those with the label “hired”, against "
        "41.0%: −21.0 pp, p = 0.02) and a (57.0% given “hired”, against 41.0%: +16.0 pp, "
        "p < 0.001). Too few people to be judged: d and e; in some rates f."
    )


def test_of_many_clear_differences_the_others_are_counted():
    table = compared(*((f"g{i}", 100, 0.9 - i / 100, 0.001) for i in range(5)))
    found = told(table)
    assert found.index("g0 (") < found.index("g1 (") < found.index("g2 (")
    assert found.endswith("p = 0.001). 2 more differences are clear.")
    four = compared(*((f"g{i}", 100, 0.9 - i / 100, 0.001) for i in range(4)))
    assert told(four).endswith("p = 0.001). 1 more difference is clear.")


def test_a_group_that_differs_in_several_rates_is_named_once():
    table = compared(("b", 90, 0.1, 0.02), ("a", 80, 0.2, 0.02), ("b", 90, 0.21, 0.02))
    table.loc[2, "rate"] = "true_positive_rate"
    assert told(table).endswith(
        ": b (10.0% given “hired”, against 41.0%: −31.0 pp, p = 0.02; 21.0% given “hired” of those "
        "with the label “hired”, against 41.0%: −20.0 pp, p = 0.02) and a (20.0% given “hired”, "
        "against 41.0%: −21.0 pp, p = 0.02)."
    )


def test_no_clear_difference_and_nothing_to_compare_are_said():
    assert told(compared(("c", 80, 0.45, 0.6))) == "No group differs clearly from r."
    partly = {"selection_rate": (), "true_positive_rate": ("c",)}
    assert told(compared(), partly) == (
        "No group has enough rows to be compared with r. Too few people to be judged: in some "
        "rates c."
    )


def test_rates_are_told_in_the_words_of_the_outcomes():
    assert {rate: rate_in_words(rate, WORDS) for rate in RATES} == {
        "base_rate": "with the label “hired”",
        "selection_rate": "given “hired”",
        "true_positive_rate": "given “hired” of those with the label “hired”",
        "false_positive_rate": "given “hired” of those with the label “not hired”",
        "accuracy": "decided rightly",
        "positive_predictive_value": "with the label “hired” of those given “hired”",
    }


def gaps(**rows):
    names = ["value", "low", "high", "highest", "lowest", "verdict"]
    return pd.DataFrame(list(rows.values()), index=list(rows), columns=names)


NAN = float("nan")
GAPS = gaps(
    demographic_parity_difference=(0.11, 0.02, 0.2, "a", "b", "cannot be told"),
    equal_opportunity_difference=(0.2, 0.1, 0.3, "c", "b", "exceeds"),
    false_positive_rate_difference=(0.01, 0.0, 0.04, "a", "c", "within"),
    predictive_parity_difference=(NAN, NAN, NAN, "", "", "cannot be told"),
)


def test_the_largest_gap_is_named_with_its_groups():
    rates = pd.DataFrame({"true_positive_rate": [0.7, 0.5]}, index=["c", "b"])
    assert gaps_takeaway(GAPS, rates, WORDS) == (
        "The largest gap is the equal opportunity difference, 20.0 pp (10.0 to 30.0): of people "
        "labelled “hired”, the share given “hired” is 70.0% for c and 50.0% for b."
    )
    people = {"c": "people with job = c", "b": "women"}
    told = gaps_takeaway(GAPS, rates, WORDS, people)
    assert told.endswith("is 70.0% for people with job = c and 50.0% for women.")
    unknown = gaps_takeaway(GAPS[3:], rates, WORDS)
    assert unknown == "Too few groups have enough rows to be compared."


def test_of_whom_each_gap_is_and_what_share_of_them_it_compares():
    assert {measure: share_compared(measure, WORDS) for measure in GAP_MEASURES} == {
        "demographic_parity_difference": "of all people, the share given “hired”",
        "equal_opportunity_difference": "of people labelled “hired”, the share given “hired”",
        "false_positive_rate_difference": "of people labelled “not hired”, the share given “hired”",
        "equalized_odds_difference": "whichever of the two above differs more",
        "predictive_parity_difference": "of people given “hired”, the share labelled “hired”",
    }


def test_each_gap_is_of_the_share_that_is_told():
    # Of whom each gap is stands here in words, and in numbers where it is computed.
    assert {measure: (rate,) for measure, (rate, _) in _COMPARED.items() if rate} == {
        measure: rates for measure, rates in DIFFERENCES.items() if len(rates) == 1
    }


def test_gaps_of_the_bad_outcome_say_so():
    assert gaps_of_the_bad(("reoffends", "does not reoffend"), favourable=False) == (
        "These gaps are of “reoffends”, the bad outcome, and not of “does not reoffend”. "
        "Demographic parity is the same for both. Equal opportunity of people labelled “does not "
        "reoffend” is the false positive rate difference. The gap in how often “does not "
        "reoffend” is right is another one and not shown here."
    )
    assert gaps_of_the_bad(WORDS, favourable=True) == gaps_of_the_bad(WORDS, favourable=None) == ""


def test_people_are_told_of_in_place_of_raw_values():
    people = {"r": "people with sex = r", "a": "people with sex = a"}
    table = compared(("a", 100, 0.2, 0.001))
    text = clear_differences(table, words=WORDS, reference="r", apart=NONE_APART, people=people)
    assert text.startswith("Clearly different from people with sex = r: people with sex = a (20.0%")


@pytest.mark.parametrize(
    ("ratio", "text"),
    [
        ((0.7, 0.6, 0.9), "70.0% (60.0 to 90.0) of the highest, below four fifths."),
        ((0.8, 0.6, 0.9), "80.0% (60.0 to 90.0) of the highest, not below four fifths."),
    ],
)
def test_the_ratio_stands_beside_four_fifths(ratio, text):
    found = four_fifths(pd.Series(dict(zip(["value", "low", "high"], ratio, strict=True))), "hired")
    assert found == f"The lowest rate of “hired” is {text}"


def test_a_ratio_that_is_not_estimable_is_said():
    found = four_fifths(pd.Series({"value": NAN, "low": NAN, "high": NAN}), "hired")
    assert found == ("The ratio of the rates of “hired” cannot be estimated (insufficient data).")


def test_no_verdict_calls_a_model_fair():
    told = " ".join([*VERDICTS.values(), FOUR_FIFTHS_EXPLAINED, *GAP_MEASURES.values()]).lower()
    assert "fair" not in told
    assert VERDICTS["cannot be told"] == "cannot be told: the interval contains the tolerance"


def test_the_rule_of_thumb_is_called_one():
    assert "rule of thumb" in FOUR_FIFTHS_EXPLAINED
    assert "no pass mark" in FOUR_FIFTHS_EXPLAINED


def test_verdicts_and_the_four_fifths_rule():
    assert VERDICTS == {
        "within": "within the tolerance",
        "exceeds": "exceeds the tolerance",
        "cannot be told": "cannot be told: the interval contains the tolerance",
    }
    assert FOUR_FIFTHS_EXPLAINED == (
        "Four fifths (80%) is a rule of thumb of United States law on hiring, no pass mark: a "
        "lower ratio does not prove unequal treatment, and a higher one does not rule it out."
    )

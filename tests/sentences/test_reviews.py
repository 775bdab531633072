"""What is said of a review, word by word."""

import pandas as pd

from fairmoe.metrics.judged import COMPARISON
from fairmoe.names import GAP_MEASURES
from fairmoe.sentences.reviews import FOUR_FIFTHS_EXPLAINED, VERDICTS, clear_differences


def compared(*rows):
    return pd.DataFrame(
        [
            ("selection_rate", g, n, v, 0.41, v - 0.41, v - 0.5, v - 0.3, p, p < 0.05)
            for g, n, v, p in rows
        ],
        columns=COMPARISON,
    )


def test_clear_differences_are_named_in_their_order():
    table = compared(("a", 1200, 0.57, 0.0001), ("b", 90, 0.2, 0.02), ("c", 80, 0.45, 0.6))
    assert clear_differences(table, "selection_rate", reference="r", apart=("d", "e")) == (
        "Clearly different from r (41.0% predicted positive): a (57.0% of 1,200, +16.0 pp, "
        "p < 0.001) and b (20.0% of 90, -21.0 pp, p = 0.02). Too few rows to be judged: d and e."
    )


def test_no_clear_difference_and_nothing_to_compare_are_said():
    table = compared(("c", 80, 0.45, 0.6))
    assert clear_differences(table, "selection_rate", reference="r", apart=()) == (
        "No group differs clearly from r (predicted positive)."
    )
    assert clear_differences(table, "true_positive_rate", reference="r", apart=("c",)) == (
        "No group has enough rows to be compared with r (true positive rate). Too few rows to be "
        "judged: c."
    )


def test_no_verdict_calls_a_model_fair():
    told = " ".join([*VERDICTS.values(), FOUR_FIFTHS_EXPLAINED, *GAP_MEASURES.values()]).lower()
    assert "fair" not in told
    assert VERDICTS["cannot be told"] == "cannot be told with so few people"


def test_the_rule_of_thumb_is_called_one():
    assert "rule of thumb" in FOUR_FIFTHS_EXPLAINED
    assert "no pass mark" in FOUR_FIFTHS_EXPLAINED


def test_verdicts_and_the_four_fifths_rule():
    assert VERDICTS == {
        "within": "within the tolerance",
        "exceeds": "exceeds the tolerance",
        "cannot be told": "cannot be told with so few people",
    }
    assert FOUR_FIFTHS_EXPLAINED == (
        "Four fifths (80%) is a rule of thumb of United States law on hiring, no pass mark: a "
        "lower ratio does not prove unequal treatment, and a higher one does not rule it out."
    )

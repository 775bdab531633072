"""Two runs in pairs, word by word."""

from types import SimpleNamespace

from fairmoe.sentences.comparison import decisions_compared


def paired(first, second, low, high):
    return SimpleNamespace(
        rows=1000, first_right=first, second_right=second, accuracy_interval=(low, high)
    )


def test_what_is_told_of_pairs():
    assert decisions_compared(paired(0, 0, 0.0, 0.0)) == "Both decide alike on all 1,000 rows."
    assert decisions_compared(paired(40, 12, -0.042, -0.013)) == (
        "They decide differently on 52 of the same 1,000 rows: on these the first is right 40 "
        "times, the second 12 times. The accuracy of the second is 2.8 pp lower (95% interval -4.2 "
        "to -1.3), which is statistically significant."
    )
    assert decisions_compared(paired(5, 9, -0.003, 0.011)).endswith(
        "is 0.4 pp higher (95% interval -0.3 to +1.1), which is not statistically significant."
    )
    assert decisions_compared(None) == (
        "The runs were judged on different rows or labels. Part of the differences may come from "
        "who is in these rows. Train both with the same split_seed to compare them in pairs."
    )

"""How training went, word by word."""

from fairmoe.figures.curves import Line
from fairmoe.sentences.training import (
    curves_takeaway,
    expected_time,
    kept_moment,
    reused_experts,
    what_was_trained,
    who_is_compared,
)


def test_what_was_trained_on_what():
    rows = {"train": 1800, "validation": 600, "test": 600}
    assert what_was_trained("hired = yes", "people.csv", (3100, 12), rows) == (
        "A mixture of three experts and a gate learnt to predict hired = yes from people.csv, a "
        "table of 3,100 rows and 12 columns. It learnt from 1,800 rows, its weights were chosen on "
        "600 others, and what it does to people is measured on 600 test rows that neither saw. 100 "
        "rows were left out because the outcome or the group is missing."
    )
    told = what_was_trained("hired = yes", "", (3000, 12), rows)
    assert "predict hired = yes from an unnamed table, a table of 3,000 rows" in told
    assert told.endswith("600 test rows that neither saw.")


def test_who_is_compared():
    assert who_is_compared({"a": 2000, "b": 1000}, ["sex", "age"]) == (
        "It compares 2 groups by sex and age: a (2,000 rows) and b (1,000 rows)."
    )


def test_which_moment_is_kept():
    best = "Kept are the weights with the best validation score, which need not be the last."
    assert kept_moment(select="last", gate_start="experts") == "The last weights were kept."
    assert kept_moment(select="best", gate_start="random") == best
    assert kept_moment(select="best", gate_start="experts") == (
        f"{best} If one expert alone is better there than the gate by more than a standard error, "
        "that expert decides alone."
    )


def test_where_losses_and_reward_began_and_ended():
    lines = [
        Line("loss of utility", "warm-up", (1, 2), (9.0, 8.0)),
        Line("loss of utility", "experts", (1, 2), (0.7, 0.51234)),
        Line("loss of adversaries", "experts", (1, 2), (0.7, 0.6)),
        Line("reward", "gate", (1, 2), (-0.01, 0.02)),
    ]
    assert curves_takeaway(lines) == (
        "With all losses on: loss of utility from 0.7 to 0.512, reward from -0.01 to 0.02."
    )
    assert curves_takeaway([]) == "Nothing recorded yet."


def test_how_long_work_takes_is_said():
    assert expected_time(12.3) == "Takes about 12 s here, as far as can be told."
    told = expected_time(12.3, both=150.0)
    assert told == "Takes about 12 s here, both about 2 min, as far as can be told."
    assert expected_time(150.0) == "Takes about 2 min here, as far as can be told."


def test_which_experts_were_not_trained_anew():
    assert reused_experts(()) == ""
    assert reused_experts(("result",)) == ", with the result expert of an earlier training"
    assert reused_experts(("utility", "result", "procedural")) == (
        ", with the utility, result and procedural experts of an earlier training"
    )

"""One expert decides about everyone, word by word."""

import pandas as pd

from fairmoe.sentences.single_expert import (
    EXPERTS_STAY,
    OTHER_GATES,
    cutoffs_for_one,
    nearly_alone,
    one_decides,
    why_one_decides,
)

SCORES = pd.Series({"Utility expert": 0.601, "Result expert": 0.655, "Gate, at its best": 0.64})
GIVEN = {"gate": "Gate, at its best", "lead": 0.0103, "rows": 2400, "took_place": True}
GIVEN |= {"guard": True, "weighted": True}


def test_that_one_decides_and_why():
    assert one_decides("result") == (
        "The gate asks the result expert about everyone, so the mixture decides as the result "
        "expert does. There is nothing to compare in who goes to which expert."
    )
    told = "Final score on the 2,400 validation rows: the result expert alone 65.5, the gate at "
    assert why_one_decides("result", SCORES, **GIVEN, gives_way=True) == (
        f"{told}its best 64.0. An expert takes the gate's place if it leads by more than 1.0, "
        "counted with your weights of the gaps."
    )
    assert why_one_decides("result", SCORES, **GIVEN, gives_way=False) == (
        f"{told}its best 64.0. This gate does not give way to an expert: it has learned to ask one."
    )
    assert why_one_decides("result", SCORES.iloc[:0], **GIVEN, gives_way=True) == (
        "On the 2,400 validation rows a part of the final score cannot be estimated. The models "
        "were chosen by what is left."
    )


def test_why_one_decides_that_does_not_lead():
    told = "Final score on the 2,400 validation rows: the result expert alone 65.5, the gate at "
    rule = "An expert takes the gate's place if it leads by more than {}, counted with your weights"
    close = GIVEN | {"lead": 0.1}
    assert why_one_decides("result", SCORES, **close, gives_way=True) == (
        f"{told}its best 64.0. {rule.format('10.0')} of the gaps. In these figures it does not: "
        "what the gate had at its best was passed over, because the guard refuses models that "
        "treat everyone worse, or because it counts less with your weights."
    )
    own = close | {"took_place": False}
    end = (
        "None did: the gate itself gives the {} expert all of its weight. It begins with more "
        "weight for experts of higher scores, and nothing else that it learnt was better."
    )
    assert why_one_decides("result", SCORES, **own, gives_way=True) == (
        f"{told}its best 64.0. {rule.format('10.0')} of the gaps. {end.format('result')}"
    )
    assert why_one_decides("utility", SCORES, **own, gives_way=True).endswith(
        f"of the gaps. The result expert leads by 1.5, which is too little. {end.format('utility')}"
    )
    far = own | {"lead": 0.01}
    leads = "of the gaps. The result expert leads by 1.5 in these figures; it was passed over"
    none = "So none did: the gate itself gives the utility expert all of its weight."
    for guard, weighted, because in (
        (True, False, ", because the guard refuses models that treat everyone worse"),
        (False, True, ", because it counts less with your weights"),
        (False, False, ""),
    ):
        far |= {"guard": guard, "weighted": weighted}
        told = why_one_decides("utility", SCORES, **far, gives_way=True)
        assert told.endswith(f"{leads}{because}. {none}")


def test_a_lead_that_reads_like_what_is_needed_is_too_little():
    scores = pd.Series({"Utility expert": 0.6, "Result expert": 0.61, "Gate, at its best": 0.6})
    given = GIVEN | {"lead": 0.01, "took_place": False}
    told = why_one_decides("utility", scores, **given, gives_way=True)
    assert "The result expert leads by 1.0, which is too little. None did:" in told


def test_that_one_has_nearly_all_of_the_weight():
    assert nearly_alone("procedural", 0.957) == (
        "the procedural expert has 96% of its weight, so the mixture is nearly this expert alone."
    )
    assert nearly_alone("result", 0.997) == (
        "the result expert has more than 99% of its weight, so the mixture is nearly this expert "
        "alone."
    )
    assert nearly_alone("result", 1.0) == (
        "the result expert has all of its weight, so the mixture is this expert alone."
    )


def test_that_cutoffs_are_for_one_expert_alone():
    assert cutoffs_for_one("result") == (
        "This variant has cut-offs for the result expert alone, so it asks that expert about "
        "everyone. There is nothing to compare in who goes to which expert."
    )


def test_which_other_gate_is_offered():
    assert OTHER_GATES == {
        "experts": "The other gate begins at random and does not give way to one expert.",
        "random": "The other gate begins with the experts' validation scores.",
    }
    assert EXPERTS_STAY == (
        "It takes the same experts, so training it is short. It is kept as a run of its own."
    )

"""When one expert decides about everyone: what that means, why, and what the other gate is."""

import pandas as pd

from fairmoe._units import written
from fairmoe.names import MODELS, Model
from fairmoe.sentences.wording import the_model

ONE_DECIDES = (
    "The gate asks {expert} about everyone, so the mixture decides as {expert} does. There is "
    "nothing to compare in who goes to which expert."
)
CUTOFFS_FOR_ONE = (
    "This variant has cut-offs for {expert} alone, so it asks that expert about everyone. There is "
    "nothing to compare in who goes to which expert."
)
OTHER_GATES = {
    "experts": "The other gate begins at random and does not give way to one expert.",
    "random": "The other gate begins with the experts' validation scores.",
}
"""What to offer in the place of a gate, by where that one began."""

EXPERTS_STAY = "It takes the same experts, so training it is short. It is kept as a run of its own."

_GUARD = "the guard refuses models that treat everyone worse"
_WEIGHTS = "it counts less with your weights"
_PASSED_OVER = " In these figures it does not: what the gate had at its best {refused}"
_GATE_ASKS_ONE = "the gate itself gives {expert} all of its weight."
_LEARNT_NO_BETTER = (
    " It begins with more weight for experts of higher scores, and nothing else that it learnt was "
    "better."
)


def one_decides(expert: Model) -> str:
    """Say that one expert decides about everyone.

    Args:
        expert: Which.
    """
    return ONE_DECIDES.format(expert=the_model(expert))


def nearly_alone(expert: Model, share: float) -> str:
    """Say that one expert has nearly all of the gate's weight.

    Args:
        expert: Which.
        share: Of the weight, in [0, 1].

    Returns:
        What follows "The gate:".
    """
    if share >= 1:
        return f"{the_model(expert)} has all of its weight, so the mixture is this expert alone."
    percent = "more than 99%" if share >= 0.995 else f"{100 * share:.0f}%"
    return (
        f"{the_model(expert)} has {percent} of its weight, so the mixture is nearly this expert "
        "alone."
    )


def cutoffs_for_one(expert: Model) -> str:
    """Say that one expert decides about everyone because cut-offs were chosen for it.

    Args:
        expert: Which.
    """
    return CUTOFFS_FOR_ONE.format(expert=the_model(expert))


def why_one_decides(  # noqa: PLR0913 - what decided, and what it decided by
    expert: Model,
    scores: "pd.Series[float]",
    gate: str,
    *,
    lead: float,
    rows: int,
    gives_way: bool,
    took_place: bool,
    guard: bool,
    weighted: bool,
) -> str:
    """Say what the expert had on the validation rows, what the gate, and why the one decides.

    Args:
        expert: Which decides.
        scores: Final scores on validation rows, in [-1, 1], by name.
        gate: The name of the gate's among them.
        lead: By how much an expert has to lead to take the gate's place, in [0, 1].
        rows: How many validation rows there are.
        gives_way: Whether this gate gives way to an expert.
        took_place: Whether the expert took the gate's place.
        guard: Whether models that treat everyone worse were refused.
        weighted: Whether the gaps counted otherwise than in these scores.
    """
    own = MODELS[expert]
    if own not in scores or gate not in scores:
        return (
            f"On the {rows:,} validation rows a part of the final score cannot be estimated. The "
            "models were chosen by what is left."
        )
    told = (
        f"Final score on the {rows:,} validation rows: {the_model(expert)} alone "
        f"{written(100 * scores[own])}, the gate at its best {written(100 * scores[gate])}."
    )
    if not gives_way:
        return f"{told} This gate does not give way to an expert: it has learned to ask one."
    told = (
        f"{told} An expert takes the gate's place if it leads by more than {100 * lead:.1f}, "
        "counted with your weights of the gaps."
    )
    reasons = [why for why, holds in ((_GUARD, guard), (_WEIGHTS, weighted)) if holds]
    because = f", because {', or because '.join(reasons)}" if reasons else ""
    refused = f"was passed over{because}."
    # What is told alike is alike.
    ahead, needed = (100 * (scores - scores[gate])).round(1), round(100 * lead, 1)
    if took_place:
        return f"{told}{'' if ahead[own] > needed else _PASSED_OVER.format(refused=refused)}"
    asks_one = _GATE_ASKS_ONE.format(expert=the_model(expert))
    for name, lead_of in ahead.drop([own, gate]).nlargest(1).items():
        leads = f"The {str(name).lower()} leads by {lead_of:.1f}"
        if lead_of > max(ahead[own], needed):
            return f"{told} {leads} in these figures; it {refused} So none did: {asks_one}"
        if lead_of > max(ahead[own], 0):
            told += f" {leads}, which is too little."
    return f"{told} None did: {asks_one}{_LEARNT_NO_BETTER}"

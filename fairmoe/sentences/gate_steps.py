"""What one step of the gate sees and does, in words."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from fairmoe._units import signed, written
from fairmoe.figures.lessons.gate_steps import CREDITS, MORE, Moment, people_labels
from fairmoe.names import EXPERTS, MODELS
from fairmoe.sentences.wording import the_model

_WORDS = ("hired", "not hired")


def step_takeaway(people: pd.DataFrame, moment: Moment, stage: str, credit: str) -> str:
    """Say what a stage of the lesson shows of the six people.

    Args:
        people: A row each, with `group`, `label` and the probability of each expert.
        moment: The step that is looked at.
        stage: "people", "sample", "reward", "baseline" or "step".
        credit: A key of `CREDITS`.
    """
    names = [label.split(":")[0] for label in people_labels(people, _WORDS)]
    return {
        "people": _whom,
        "sample": _sampled,
        "reward": _rewarded,
        "baseline": _compared,
        "step": _moved,
    }[stage](people, moment, credit, names)


def more_takeaway(rewards: pd.DataFrame, best: float, credit: str) -> str:
    """Say what the gate may expect after more steps on the six.

    Args:
        rewards: A row per `credit` and `step`, with the exact expected `reward`.
        best: The most that a routing of the six earns.
        credit: A key of `CREDITS`.
    """
    own = rewards[rewards["credit"] == credit].set_index("step")["reward"]
    return (
        f"Expected reward of the six with {_named(credit)}: {_exact(own[0])} at first, "
        f"{_exact(own[1])} after one step, {_exact(own[1 + MORE])} after {MORE} more. The best of "
        f"all routings earns {_exact(best)}."
    )


def rows_takeaway(rewards: pd.DataFrame, n_rows: int) -> str:
    """Say what each estimator has reached on all rows.

    Args:
        rewards: A row per `credit` and `step`, with the `reward`.
        n_rows: How many rows are routed.
    """
    last = int(rewards["step"].max())
    first = float(rewards.loc[rewards["step"] == 0, "reward"].iloc[0])
    ends = rewards[rewards["step"] == last].set_index("credit")["reward"]
    told = ", ".join(f"{style.label} {_exact(ends[credit])}" for credit, style in CREDITS.items())
    return (
        f"All {n_rows:,} rows, reward {_exact(first)} at first. After {last} steps: {told}. Each "
        "step of the eight rollouts scores eight routings."
    )


def spread_takeaway(estimates: pd.DataFrame, truth: float) -> str:
    """Say how widely the estimates of one figure scatter, by estimator.

    Args:
        estimates: A row per `credit` and draw, with its `estimate`.
        truth: What they aim at.
    """
    scatter = estimates.groupby("credit")["estimate"].std()
    told = ", ".join(f"{style.label} {scatter[credit]:.3f}" for credit, style in CREDITS.items())
    return (
        f"The truth, counted over all routings, is {_exact(truth)}. Standard deviation of one "
        f"estimate: {told}."
    )


def _exact(value: float) -> str:
    return written(value, 3)


def _change(value: float) -> str:
    return signed(value, 3)


def _named(credit: str) -> str:
    return str(CREDITS[credit].label)


def _whom(people: pd.DataFrame, moment: Moment, _: str, names: Sequence[str]) -> str:
    says = people[list(EXPERTS)] > 0.5
    differ = int((says.nunique(axis=1) > 1).sum())
    chance = 100 * float(moment.proba[0, 0])
    return (
        f"The experts decide differently about {differ} of {len(names)} people. The gate knows "
        f"nothing yet: each expert has a chance of {chance:.0f}%."
    )


def _sampled(_: pd.DataFrame, moment: Moment, credit: str, names: Sequence[str]) -> str:
    of = [
        f"{MODELS[expert].split()[0].lower()} for "
        + (
            " and ".join(
                name for name, drawn in zip(names, moment.actions[0] == e, strict=True) if drawn
            )
            or "nobody"
        )
        for e, expert in enumerate(EXPERTS)
    ]
    more = (
        f" This is done {len(moment.actions)} times; the first draw is shown."
        if credit == "rollouts"
        else ""
    )
    return f"The gate draws one expert for each person: {', '.join(of)}.{more}"


def _rewarded(_: pd.DataFrame, moment: Moment, credit: str, names: Sequence[str]) -> str:
    told = (
        f"This routing earns {_change(moment.rewards[0])}: its final score less that of the "
        f"utility expert for all {len(names)}. It is one number for all of them."
    )
    if credit == "rollouts":
        return (
            f"{told} The {len(moment.rewards)} routings earn {_change(moment.rewards.min())} to "
            f"{_change(moment.rewards.max())}."
        )
    if credit == "counterfactual":
        return (
            f"{told} The default also scores each person with each expert, the others held: "
            f"{moment.credit.size} rewards from one draw."
        )
    return told


def _compared(_: pd.DataFrame, moment: Moment, credit: str, names: Sequence[str]) -> str:
    if credit == "counterfactual":
        return (
            "Each choice is compared with the mean of that person's own three. So each of the "
            f"{moment.credit.size} choices has a credit of its own, from "
            f"{_change(np.nanmin(moment.credit))} to {_change(np.nanmax(moment.credit))}."
        )
    difference = float(moment.rewards[0] - moment.baseline)
    if credit == "rollouts":
        return (
            f"Each routing is compared with the mean of the others: the first, "
            f"{_change(moment.rewards[0])}, with {_change(moment.baseline)}. A choice is credited "
            "with the mean of the routings that made it."
        )
    return (
        f"The reward is compared with the mean of earlier rewards, {_exact(moment.baseline)} so "
        f"far. All {len(names)} choices are credited with the difference, {_change(difference)}, "
        "good and bad alike."
    )


def _moved(_: pd.DataFrame, moment: Moment, __: str, names: Sequence[str]) -> str:
    change = moment.after - moment.proba
    told = []
    for verb, place in (("rises", int(change.argmax())), ("falls", int(change.argmin()))):
        row, e = divmod(place, len(EXPERTS))
        before, after = 100 * moment.proba[row, e], 100 * moment.after[row, e]
        told.append(
            f"{verb} most for {names[row]} and {the_model(EXPERTS[e])}, from {before:.0f} to "
            f"{after:.0f}%"
        )
    return f"The probability {told[0]}; it {told[1]}."

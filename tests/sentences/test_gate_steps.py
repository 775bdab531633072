"""What a step of the gate comes to, word by word."""

import numpy as np
import pandas as pd
import pytest

from fairmoe.figures.lessons.gate_steps import Moment
from fairmoe.sentences.gate_steps import (
    more_takeaway,
    rows_takeaway,
    spread_takeaway,
    step_takeaway,
)

NAN = float("nan")
PEOPLE = pd.DataFrame(
    {
        "group": ["women", "men"],
        "label": [1, 0],
        "utility": [0.2, 0.1],
        "result": [0.7, 0.4],
        "procedural": [0.3, 0.2],
    }
)
THIRD = np.full((2, 3), 1 / 3)


def moment(**changes):
    given = {
        "proba": THIRD,
        "actions": np.array([[1, 1]]),
        "rewards": np.array([0.2]),
        "baseline": 0.05,
        "credit": np.array([[NAN, 0.15, NAN], [NAN, 0.15, NAN]]),
        "after": np.array([[0.3, 0.5, 0.2], [0.25, 0.45, 0.3]]),
    }
    return Moment(**(given | changes))


@pytest.mark.parametrize(
    ("stage", "told"),
    [
        (
            "people",
            "The experts decide differently about 1 of 2 people. The gate knows nothing yet: each "
            "expert has a chance of 33%.",
        ),
        (
            "sample",
            "The gate draws one expert for each person: utility for nobody, result for A and B, "
            "procedural for nobody.",
        ),
        (
            "reward",
            "This routing earns +0.200: its final score less that of the utility expert for all 2. "
            "It is one number for all of them.",
        ),
        (
            "baseline",
            "The reward is compared with the mean of earlier rewards, 0.050 so far. All 2 choices "
            "are credited with the difference, +0.150, good and bad alike.",
        ),
        (
            "step",
            "The probability rises most for A and the result expert, from 33 to 50%; it falls most "
            "for A and the procedural expert, from 33 to 20%.",
        ),
    ],
)
def test_each_stage_of_reinforce(stage, told):
    assert step_takeaway(PEOPLE, moment(), stage, "batch") == told


def test_experts_agree_where_all_are_above_a_half_or_none_is():
    people = pd.DataFrame(
        {"utility": [0.6, 0.5, 0.6], "result": [0.7, 0.4, 0.7], "procedural": [0.9, 0.2, 0.8]},
    ).assign(group="women", label=1)
    third = np.full((3, 3), 1 / 3)
    told = step_takeaway(people, moment(proba=third), "people", "batch")
    assert told.startswith("The experts decide differently about 0 of 3 people. ")
    people.loc[0, "utility"] = 0.4
    told = step_takeaway(people, moment(proba=third), "people", "batch")
    assert told.startswith("The experts decide differently about 1 of 3 people. ")


def test_what_rollouts_and_the_default_do_otherwise():
    several = moment(actions=np.array([[0, 1], [2, 2]]), rewards=np.array([0.2, -0.1]))
    assert step_takeaway(PEOPLE, several, "sample", "rollouts").endswith(
        "utility for A, result for B, procedural for nobody. This is done 2 times; the first draw "
        "is shown."
    )
    assert step_takeaway(PEOPLE, several, "reward", "rollouts").endswith(
        "The 2 routings earn −0.100 to +0.200."
    )
    assert step_takeaway(PEOPLE, several, "baseline", "rollouts") == (
        "Each routing is compared with the mean of the others: the first, +0.200, with +0.050. A "
        "choice is credited with the mean of the routings that made it."
    )
    own = moment(credit=np.array([[0.1, -0.1, 0.0], [0.2, -0.3, 0.1]]), baseline=NAN)
    assert step_takeaway(PEOPLE, own, "reward", "counterfactual").endswith(
        "The default also scores each person with each expert, the others held: 6 rewards from one "
        "draw."
    )
    assert step_takeaway(PEOPLE, own, "baseline", "counterfactual") == (
        "Each choice is compared with the mean of that person's own three. So each of the 6 "
        "choices has a credit of its own, from −0.300 to +0.200."
    )


def test_many_steps_and_the_spread():
    steps = pd.DataFrame({"credit": "batch", "step": range(13), "reward": np.arange(13) / 100})
    assert more_takeaway(steps, 0.4, "batch") == (
        "Expected reward of the six with REINFORCE (38): 0.000 at first, 0.010 after one step, "
        "0.110 after 10 more. The best of all routings earns 0.400."
    )
    names = ["batch", "rollouts", "counterfactual"]
    rows = pd.DataFrame(
        {"credit": names * 2, "step": [0] * 3 + [40] * 3, "reward": [-0.01] * 3 + [0.0, 0.02, 0.05]}
    )
    assert rows_takeaway(rows, 2600) == (
        "All 2,600 rows, reward −0.010 at first. After 40 steps: REINFORCE (38) 0.000, Eight "
        "rollouts 0.020, Rao-Blackwellised (default) 0.050. Each step of the eight rollouts scores "
        "eight routings."
    )
    drawn = pd.DataFrame({"credit": names * 2, "estimate": [0, 0, 0, 0.2, 0.1, 0.04]})
    assert spread_takeaway(drawn, 0.05) == (
        "The truth, counted over all routings, is 0.050. Standard deviation of one estimate: "
        "REINFORCE (38) 0.141, Eight rollouts 0.071, Rao-Blackwellised (default) 0.028."
    )

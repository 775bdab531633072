"""Lesson 11: a model may close its gaps by treating everyone worse, and a score may reward it."""

import dataclasses
from dataclasses import dataclass

import pandas as pd
import torch

from fairmoe.config import Settings
from fairmoe.data import DEMO_NAMED_ROLES, Target
from fairmoe.lessons.constant import HIDDEN, with_base_rate
from fairmoe.lessons.demo import lesson_data, score_models
from fairmoe.metrics import OutcomeGap, account_in_people, outcome_gap
from fairmoe.training import train

HIRED = 0.3
"""The share of the applicants who were hired."""

SEEN = {"all": (), "some": HIDDEN[:2], "none": HIDDEN}
"""Columns that show skill and are hidden from the models."""

_ROLES = dataclasses.replace(
    DEMO_NAMED_ROLES, target=Target("hired", positive=("no",), outcome="bad")
)
_FRACTIONS = (0.4, 0.2, 0.4)
_EPOCHS = 60


@dataclass(frozen=True, eq=False)
class Kept:
    """What one training kept.

    Attributes:
        seen: What the models saw of skill, one of `SEEN`.
        guard: Whether the guard was on.
        groups: `fairmoe.metrics.Account.groups` of the mixture beside the utility expert that was
            trained with the guard.
        gaps: By the account's word for a source, the gap in how many are hired.
        final_score: Of the mixture, in [0, 1].
        utility: Likewise.
        rows: How many people are decided about.
    """

    seen: str
    guard: bool
    groups: pd.DataFrame
    gaps: dict[str, OutcomeGap]
    final_score: float
    utility: float
    rows: int


def compute() -> list[Kept]:
    """Train with and without the guard, on columns that say more and less of skill.

    The models predict who is refused, the more frequent outcome, as a risk score does.
    """
    found = []
    for seen, hidden in SEEN.items():
        roles = dataclasses.replace(_ROLES, dropped=(*_ROLES.dropped, *hidden))
        data = lesson_data(with_base_rate(HIRED), roles=roles, fractions=_FRACTIONS)
        test, names = data.test, data.group_names
        x = torch.as_tensor(test.x)
        trained = {
            guard: train(
                data,
                [
                    Settings(
                        epochs=_EPOCHS,
                        guard=guard,
                        device="cpu",
                        seed=0,
                        # Larger steps than the defaults, for there are few of them.
                        learning_rate=0.03,
                        gate_learning_rate=0.03,
                    )
                ],
            ).mixture
            for guard in (False, True)
        }
        plain = (trained[True].expert_proba(x)[0, 0] > 0.5).numpy()
        for guard, mixture in trained.items():
            refused = (mixture.proba(x)[0] > 0.5).numpy()
            account = account_in_people(
                test.y, plain, refused, group=test.group, group_names=names, favourable=False
            )
            decisions = {"label": test.y == 1, "plain": plain, "model": refused}
            scores = score_models(mixture, mixture.explainer, test, data.n_groups)
            found.append(
                Kept(
                    seen=seen,
                    guard=guard,
                    groups=account.groups,
                    gaps={
                        source: outcome_gap(~bad, group=test.group, group_names=names)
                        for source, bad in decisions.items()
                    },
                    final_score=float(scores["final_score"].iloc[0]),
                    utility=float(scores["utility"].iloc[0]),
                    rows=len(test.y),
                )
            )
    return found

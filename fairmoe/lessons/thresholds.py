"""Lesson 12: what a cut-off for each group does and does not, beside training for fairness."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from fairmoe.analysis.cutoffs import EqualRate, choose_cutoffs
from fairmoe.lessons.demo import experts_of, lesson_data, trained_experts
from fairmoe.metrics import OutcomeGap, account_in_people, outcome_gap, score_outcomes

EPOCHS = 320
STRENGTH = 1.0
"""`lambda_fair` of the training."""

_FRACTIONS = (0.3, 0.2, 0.5)
_EQUAL: dict[str, EqualRate] = {"approval": "selection_rate", "opportunity": "true_positive_rate"}


@dataclass(frozen=True, eq=False)
class Decided:
    """What one way to decide comes to.

    Attributes:
        groups: `fairmoe.metrics.Account.groups`, beside one cut-off for all.
        gaps: By the account's word for a source, the gap in how many are hired.
        thresholds: By group.
        accuracy: In [0, 1].
        dp: Demographic parity difference, in [0, 1].
        eo: Equal opportunity difference, in [0, 1].
        by_group: The share of people who would be decided about otherwise if nothing of them but
            the group were another, in [0, 1].
        turned: The share of the pairs of people of a group whose order by score differs from that
            of the plain model, in [0, 1].
        rows: How many people are decided about.
    """

    groups: pd.DataFrame
    gaps: dict[str, OutcomeGap]
    thresholds: tuple[float, ...]
    accuracy: float
    dp: float
    eo: float
    by_group: float
    turned: float
    rows: int


def compute() -> dict[str, Decided]:
    """Decide about the test rows with one cut-off, with one for each group, and after training.

    Returns:
        By way: "one" cut-off for the utility expert, "approval" and "opportunity" with cut-offs by
        group for the same rates on validation rows, "trained" is one cut-off for the result expert.
    """
    data = lesson_data(fractions=_FRACTIONS)
    stack, _ = trained_experts(data, "lambda_fair", [STRENGTH], 1, epochs=EPOCHS, adversary_steps=0)
    score = {
        (kind, name): experts_of(stack, kind).proba(torch.as_tensor(split.x))[0].numpy()
        for kind in (0, 1)
        for name, split in (("validation", data.validation), ("test", data.test))
    }
    half = (0.5,) * data.n_groups
    ways = {
        "one": (score[0, "test"], half),
        **{
            way: (
                score[0, "test"],
                choose_cutoffs(
                    data.validation.y,
                    score[0, "validation"],
                    group=data.validation.group,
                    n_groups=data.n_groups,
                    equal=equal,
                ),
            )
            for way, equal in _EQUAL.items()
        },
        "trained": (score[1, "test"], half),
    }
    test, names, plain = data.test, data.group_names, score[0, "test"]
    found = {}
    for way, (proba, thresholds) in ways.items():
        decided = proba > np.array(thresholds)[test.group]
        account = account_in_people(
            test.y, plain > 0.5, decided, group=test.group, group_names=names, favourable=True
        )
        decisions = {"label": test.y == 1, "plain": plain > 0.5, "model": decided}
        scores = score_outcomes(test.y, proba, decided, group=test.group, n_groups=data.n_groups)
        found[way] = Decided(
            groups=account.groups,
            gaps={
                source: outcome_gap(hired, group=test.group, group_names=names)
                for source, hired in decisions.items()
            },
            thresholds=thresholds,
            accuracy=scores["acc"],
            dp=scores["dp"],
            eo=scores["eo"],
            # No model here sees the group, so nothing else of the decision depends on it.
            by_group=float(((proba > min(thresholds)) & (proba <= max(thresholds))).mean()),
            turned=turned_pairs(plain, proba, test.group),
            rows=len(test.y),
        )
    return found


def turned_pairs(
    before: NDArray[np.floating], after: NDArray[np.floating], group: NDArray[np.int64]
) -> float:
    """Return the share of pairs of people of the same group whose order two scores differ in.

    Args:
        before: Shape `(n,)`.
        after: Shape `(n,)`.
        group: Shape `(n,)`.
    """
    pairs = turned = 0
    for each in np.unique(group):
        own = group == each
        signs = [np.sign(score[own][:, None] - score[own]) for score in (before, after)]
        turned += int((signs[0] * signs[1] < 0).sum())
        pairs += int(own.sum()) * (int(own.sum()) - 1)
    return turned / pairs if pairs else 0.0

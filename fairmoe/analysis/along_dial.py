"""What changes along the dial of a run beside its gate."""

import numpy as np

from fairmoe.names import EXPERTS, Model, SplitName
from fairmoe.runs import Run


def experts_that_change(run: Run, split: SplitName = "test") -> tuple[Model, ...]:
    """Return the experts that say other things at other points of a run's dial.

    Each point has the experts as they were after the fine-tuning that suits its gate best. Points
    with a result expert of another strength are not asked for theirs; see `has_other_strengths`.

    Args:
        run: The run, with its front.
        split: On which rows.
    """
    own = run.splits[split].proba
    return tuple(
        expert
        for expert in EXPERTS
        if any(
            not np.array_equal(point.splits[split].proba[expert], own[expert])
            for point in run.front
            if expert != "result" or point.settings.lambda_fair == run.settings.lambda_fair
        )
    )


def has_other_strengths(run: Run) -> bool:
    """Return whether some point of a run's dial has a result expert of another strength."""
    return any(point.settings.lambda_fair != run.settings.lambda_fair for point in run.front)

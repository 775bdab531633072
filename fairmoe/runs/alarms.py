"""Which models of a run are no choice, found once for each run and split."""

import weakref
from typing import TYPE_CHECKING

from fairmoe.metrics import Alarm, find_alarm
from fairmoe.names import Model, SplitName

if TYPE_CHECKING:
    from fairmoe.runs.record import Run

_FOUND: "weakref.WeakKeyDictionary[Run, dict[SplitName, dict[Model, Alarm]]]" = (
    weakref.WeakKeyDictionary()
)
"""By run; a run never changes, and what is known of it goes with it."""


def find_alarms(run: "Run", split: SplitName) -> dict[Model, Alarm]:
    """Return the alarms of a run's models but the constant, between the groups it was trained with.

    Args:
        run: As it was trained.
        split: On which rows.
    """
    found = _FOUND.setdefault(run, {})
    if split not in found:
        record = run.splits[split]
        decided = {model: proba > 0.5 for model, proba in record.proba.items()}
        alarms = {
            model: find_alarm(
                record.y_true,
                decided[model],
                decided["utility"],
                group=record.group,
                n_groups=len(run.data.groups),
                favourable=run.roles.target.favourable,
                sample_weight=record.weight,
            )
            for model in decided
            if model != "constant"
        }
        found[split] = {model: alarm for model, alarm in alarms.items() if alarm}
    return dict(found[split])

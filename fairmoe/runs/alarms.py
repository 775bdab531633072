"""Which models of a run are no choice."""

from typing import TYPE_CHECKING

from fairmoe.metrics import Alarm, find_alarm
from fairmoe.names import Model, SplitName
from fairmoe.runs.once import once

if TYPE_CHECKING:
    from fairmoe.runs.record import Run


def find_alarms(run: "Run", split: SplitName) -> dict[Model, Alarm]:
    """Return the alarms of a run's models but the constant, between the groups it was trained with.

    Args:
        run: As it was trained.
        split: On which rows.
    """
    record, n_groups = run.splits[split], len(run.data.groups)
    favourable = run.roles.target.favourable

    def find() -> dict[Model, Alarm]:
        decided = {model: proba > 0.5 for model, proba in record.proba.items()}
        alarms = {
            model: find_alarm(
                record.y_true,
                decided[model],
                decided["utility"],
                group=record.group,
                n_groups=n_groups,
                favourable=favourable,
                sample_weight=record.weight,
            )
            for model in decided
            if model != "constant"
        }
        return {model: alarm for model, alarm in alarms.items() if alarm}

    return dict(once(record, ("alarms", n_groups, favourable), find))

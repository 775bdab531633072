"""A sweep as points between utility and a gap: one per run, and one per combination of settings."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from fairmoe.metrics import mean_and_spread
from fairmoe.names import BOTH_GAPS
from fairmoe.runs import SweepScores


def run_points(sweep: SweepScores, gap: str) -> pd.DataFrame:
    """Return where the mixture of each run stands, and which no other beats.

    Args:
        sweep: Finished runs.
        gap: "f_res", "f_proc" or `BOTH_GAPS`, their sum.

    Returns:
        One row per run, indexed by `run_id`: `label`, the settings in which it differs from
        others; `seed`; `gap` and `utility` on the test rows, `validation_gap` and
        `validation_utility`; `alarming`; and `on_front`, by utility and gap on the validation
        rows.
    """
    frame = sweep.frame()
    points = pd.DataFrame(
        {
            "label": [settings_label(row) for row in frame[list(sweep.varied)].to_dict("records")],
            "seed": frame["seed"],
            "gap": _gap(frame, "test", gap),
            "utility": frame["test_utility"],
            "validation_gap": _gap(frame, "validation", gap),
            "validation_utility": frame["validation_utility"],
            "alarming": frame["alarming"],
            "on_front": sweep.front(("utility", gap)),
        }
    )
    return points.set_index(pd.Index(frame["run_id"], name="run_id"))


def setting_means(points: pd.DataFrame) -> pd.DataFrame:
    """Return mean and standard deviation over the seeds of each combination of settings.

    Args:
        points: As `run_points` returns it.

    Returns:
        One row per combination: `label`, `runs`, `gap`, `utility`, `gap_sd` and `utility_sd`, the
        last two NaN for a single run.
    """
    return mean_and_spread(points[["label", "gap", "utility"]], ["label"])


def settings_label(settings: Mapping[Any, Any]) -> str:
    """Return settings in a few words; lambdas by what they weigh.

    Example:
        >>> settings_label({"lambda_fair": 10.0, "select": "last"}), settings_label({})
        ('λ fair 10, select last', 'all alike')
    """
    told = (
        f"{str(name).replace('lambda_', 'λ ').replace('_', ' ')} "
        f"{f'{value:g}' if isinstance(value, float) else value}"
        for name, value in settings.items()
    )
    return ", ".join(told) or "all alike"


def _gap(frame: pd.DataFrame, split: str, gap: str) -> "pd.Series[float]":
    if gap == BOTH_GAPS:
        return frame[f"{split}_f_res"] + frame[f"{split}_f_proc"]
    return frame[f"{split}_{gap}"]

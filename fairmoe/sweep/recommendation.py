"""Settings that do well on the data at hand: a small sweep, and the best of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from fairmoe.config import Settings
from fairmoe.experiment import Prepared
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.runs import Run
from fairmoe.sweep.engines import Engine, in_process
from fairmoe.sweep.plan import grid_settings
from fairmoe.sweep.sweep import Sweep, run_sweep
from fairmoe.training import resolve_weight_decay

SEEDS = 2
DECAY_FACTOR = 5.0


@dataclass(frozen=True, eq=False)
class Recommendation:
    """What a small sweep recommends.

    Attributes:
        settings: Of the recommended run, with the seed that was asked for.
        position: Of that run in the sweep.
        sweep: All runs.
        frame: One row per candidate, the best first: `changes` in words, mean and spread of the
            mixture's final score on the validation rows over the seeds, in `[-3, 1]`, and how many
            of its seeds `collapsed`.
        reason: What was chosen, among what and why, in two or three sentences.
    """

    settings: Settings
    position: int
    sweep: Sweep
    frame: pd.DataFrame
    reason: str

    def open(self, *, on_progress: OnProgress = ignore_progress) -> Run:
        """Return the recommended run in full; nothing is trained.

        Args:
            on_progress: Is told of the progress; stops the work by raising `CancelledError`.
        """
        return self.sweep.open(self.position, on_progress=on_progress)


def recommend(
    prepared: Prepared,
    base: Settings,
    *,
    engine: Engine = in_process,
    on_progress: OnProgress = ignore_progress,
) -> Recommendation:
    """Train some likely settings at once and take those with the best validation final score.

    Candidates differ from `base` in lambdas, weight decay and dropout, so that all of them are one
    stack. A candidate of which a seed collapsed is refused unless all are such.

    Args:
        prepared: The table, encoded with `base`.
        base: The first candidate; what the others change is changed in it.
        engine: Where to compute.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.
    """
    runs = [
        run
        for changes in _candidates(base, len(prepared.data.train.y))
        for run in grid_settings(base.replace(**changes), {}, seeds=SEEDS)
    ]
    sweep = run_sweep(prepared, runs, engine=engine, on_progress=on_progress)
    scored = sweep.frame()
    of_candidate = [_in_words(one, sweep.settings[0]) for one in sweep.settings]
    frame = (
        scored.assign(changes=of_candidate, position=range(len(scored)))
        .groupby("changes", sort=False)
        .agg(
            mean=("validation_final_score", "mean"),
            low=("validation_final_score", "min"),
            high=("validation_final_score", "max"),
            collapsed=("collapsed", "sum"),
            position=("position", "first"),
        )
        .reset_index()
    )
    frame = frame.assign(refused=frame["collapsed"] > 0).sort_values(
        ["refused", "mean"], ascending=[True, False], kind="stable", na_position="last"
    )
    position = int(frame["position"].iloc[0])
    return Recommendation(
        settings=sweep.settings[position],
        position=position,
        sweep=sweep,
        frame=frame.drop(columns=["position", "refused"]).reset_index(drop=True),
        reason=_reason(frame),
    )


def _candidates(base: Settings, n_rows: int) -> list[Mapping[str, Any]]:
    """Return what each candidate changes.

    Each goes one way in which data sets differ: less pull on the hidden vectors, which is the
    costliest lambda in utility; stronger or weaker outcome gaps and adversaries; more
    regularisation, for data of few rows or much noise; and less, where a column all but decides.
    """
    decay = resolve_weight_decay(base, n_rows).weight_decay
    assert decay != "auto"
    return [
        {},
        {"lambda_rep": 0.1},
        {"lambda_rep": 0.1, "lambda_fair": 0.3},
        {"lambda_rep": 0.1, "lambda_fair": 3.0},
        {"lambda_fair": 3.0, "lambda_adv": 3.0},
        {"lambda_attention": 10.0},
        {"weight_decay": min(1.0, DECAY_FACTOR * decay)},
        {"weight_decay": decay / DECAY_FACTOR},
        {"dropout": 0.5},
    ]


def _in_words(settings: Settings, base: Settings) -> str:
    """Return in what settings differ from others, apart from the seed."""
    ours, theirs = settings.to_dict(), base.to_dict()
    changed = [
        f"{name} = {value:.3g}"
        for name, value in ours.items()
        if name != "seed" and value != theirs[name]
    ]
    return ", ".join(changed) or "as given"


def _reason(frame: pd.DataFrame) -> str:
    best = frame.iloc[0]
    chosen = "The settings as given" if best["changes"] == "as given" else best["changes"]
    others = frame.iloc[1:]
    text = (
        f"{chosen}: the best mean final score on the validation rows among {len(frame)} settings "
        f"with {SEEDS} seeds each, {100 * best['mean']:.1f} points "
        f"({100 * best['low']:.1f} to {100 * best['high']:.1f})."
    )
    if best["changes"] != "as given":
        given = others[others["changes"] == "as given"].iloc[0]
        text += f" The settings as given had {100 * given['mean']:.1f}"
        text += ", within the spread of these seeds." if given["mean"] >= best["low"] else "."
    refused = int((frame["collapsed"] > 0).sum())
    if best["collapsed"] > 0:
        text += " All of them give nearly everyone the same answer."
    elif refused:
        text += f" {refused} that give nearly everyone the same answer were refused."
    return text + " The test rows had no say in it."

"""Settings that do well on the data at hand: a small sweep of experts, and a run of the best."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from fairmoe.config import Settings
from fairmoe.experiment import Prepared, make_run
from fairmoe.names import METRICS, Phase
from fairmoe.progress import OnProgress, Progress, ignore_progress, part_done
from fairmoe.runs import Run
from fairmoe.sweep.plan import grid_settings, make_shards
from fairmoe.sweep.shard import score_split
from fairmoe.sweep.time_left import TimeLeft
from fairmoe.training import (
    Size,
    expected_seconds,
    largest_standard_error,
    make_batch,
    new_experts,
    on_one_thread,
    resolve_weight_decay,
    train,
    train_experts_with_fixed_gate,
)

SEEDS = 2
DECAY_FACTOR = 5.0
AS_GIVEN = "as given"

_GATE_COST = 1.5
"""What the gate of the best run and its scores take, in candidates, as measured on the demo."""

_CANDIDATE_PHASES: tuple[Phase, ...] = ("warm-up", "experts", "evaluate")
_BEST_RUN_PHASES: tuple[Phase, ...] = ("gate", "evaluate")
"""The experts of the best run are there already."""


@dataclass(frozen=True, eq=False)
class Recommendation:
    """What a small sweep recommends.

    Attributes:
        run: With the recommended settings, and the seed that was asked for.
        frame: One row per candidate, the best first: `changes` in words, mean and spread of the
            mixture's final score on the validation rows over the seeds, in `[-3, 1]`, and how many
            of its seeds are `alarming` (see `fairmoe.metrics.Alarm`).
        reason: What was chosen, among what and why, in two or three sentences.
    """

    run: Run
    frame: pd.DataFrame
    reason: str


@on_one_thread()
def recommend(
    prepared: Prepared, base: Settings, *, on_progress: OnProgress = ignore_progress
) -> Recommendation:
    """Try some likely settings, and train with those that have the best validation final score.

    Candidates differ from `base` in lambdas, weight decay and dropout, so that all of them are one
    stack. Their experts are trained, and judged as the mixture that is kept if a gate that begins
    at their scores learns nothing: what it learns takes most of a training's time, and differs
    less than the experts do. Another candidate than `base` has to be clearly better. A candidate of
    which a seed raises an alarm is refused unless all are such. The best gets its gate.

    Args:
        prepared: The table, encoded with `base`.
        base: The first candidate; what the others change is changed in it.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.
    """
    runs = _runs(base, len(prepared.data.train.y))
    time_left = TimeLeft("recommend", len(runs) + 1, on_progress, extra=_GATE_COST - 1)
    stacks = make_shards(runs, prepared.data)
    scored_runs: dict[Settings, tuple[float, bool]] = {}
    for stack in stacks:
        scored_runs |= _score_candidates(prepared, stack, time_left)
    rows = make_batch(prepared.data.validation, slice(None), prepared.data.n_groups)
    frame = _frame(runs, scored_runs, largest_standard_error(rows.effective_rows))
    position = int(frame["position"].iloc[0])
    best = runs[position]

    def report_part(report: Progress) -> None:
        time_left.report(_GATE_COST * part_done(report, _BEST_RUN_PHASES))

    trained = train(prepared.data, [best], on_progress=report_part)
    run = make_run(prepared, best, trained, on_progress=report_part)
    time_left.finish(1)
    return Recommendation(
        run=run,
        frame=frame.drop(columns=["position", "refused", "criterion"]).reset_index(drop=True),
        reason=_reason(frame, run),
    )


def recommendation_seconds(size: Size, base: Settings, *, known: Sequence[Settings] = ()) -> float:
    """Return about how long `recommend` takes, at the pace of `fairmoe.training.PACE`'s reference.

    Args:
        size: Of the data.
        base: The first candidate.
        known: Runs before on the same rows, whose experts are there already.
    """
    runs = _runs(base, size.rows)
    parts = expected_seconds(size, runs, new=new_experts(runs, known), baselines=False)
    candidates = parts["warm-up"] + parts["experts"]
    candidates += parts["evaluate"] * size.validation / size.scored
    best = expected_seconds(size, [base])
    return candidates + best["gate"] + best["evaluate"]


def _runs(base: Settings, n_rows: int) -> tuple[Settings, ...]:
    """Return the settings of each run of each candidate."""
    return tuple(
        dict.fromkeys(
            run
            for changes in _candidates(base, n_rows)
            for run in grid_settings(base.replace(**changes), {}, seeds=SEEDS)
        )
    )


def _score_candidates(
    prepared: Prepared, stack: Sequence[Settings], time_left: TimeLeft
) -> dict[Settings, tuple[float, bool]]:
    """Return by run of a stack its validation final score, and whether it raises an alarm."""
    data = prepared.data

    def report_part(report: Progress) -> None:
        time_left.report(len(stack) * part_done(report, _CANDIDATE_PHASES))

    at_their_scores = [run.replace(gate_start="experts") for run in stack]
    initial = train_experts_with_fixed_gate(data, at_their_scores, on_progress=report_part)
    scored_runs = {}
    # One by one, for the attention of all of them may be too much for the memory.
    for member, run in enumerate(stack):
        one = initial.select(member)
        scores, alarming = score_split(
            one,
            one,
            data,
            "validation",
            run,
            partial(report_part, Progress("evaluate", member, len(stack))),
        )
        scored_runs[run] = scores[0, list(METRICS).index("final_score")].item(), bool(alarming)
    time_left.finish(len(stack))
    return scored_runs


def _frame(
    runs: Sequence[Settings], scored_runs: Mapping[Settings, tuple[float, bool]], min_lead: float
) -> pd.DataFrame:
    """Return one row per candidate, the best first, with the position of its first run.

    The settings as given are the best unless another is better by more than `min_lead`.
    """
    scored = pd.DataFrame([scored_runs[run] for run in runs], columns=["score", "alarming"])
    frame = (
        scored.assign(changes=[_in_words(run, runs[0]) for run in runs], position=range(len(runs)))
        .groupby("changes", sort=False)
        .agg(
            mean=("score", "mean"),
            low=("score", "min"),
            high=("score", "max"),
            alarming=("alarming", "sum"),
            position=("position", "first"),
        )
        .reset_index()
    )
    given = frame["changes"] == AS_GIVEN
    frame["refused"] = frame["alarming"] > 0
    frame["criterion"] = frame["mean"] + min_lead * given
    return frame.sort_values(
        ["refused", "criterion"], ascending=[True, False], kind="stable", na_position="last"
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
    return ", ".join(changed) or AS_GIVEN


def _reason(frame: pd.DataFrame, run: Run) -> str:
    best, others = frame.iloc[0], frame.iloc[1:]
    if math.isnan(best["mean"]):
        return (
            "The settings as given: the final score of none could be estimated on the validation "
            "rows, for there is not enough of some group among them."
        )
    rows = run.splits["validation"]
    n_rows = len(rows.y_true)
    error = largest_standard_error(float(n_rows))
    margin = (
        f"more than {100 * error:.1f} points, the most that the standard "
        f"error of a share of {n_rows:,} validation rows can be"
    )
    measure = f"mean final score of {SEEDS} seeds, before a gate learnt"
    eligible = frame[frame["refused"] == best["refused"]]
    if best["changes"] == AS_GIVEN:
        text = (
            f"The settings as given: none of {len(others)} others is better, in {measure}, by "
            f"{margin}. They have {100 * best['mean']:.1f} points"
        )
        other = 100 * eligible["mean"].iloc[1:].max()
        text += "." if math.isnan(other) else f", the best other {other:.1f}."
    else:
        text = (
            f"{best['changes']}: of {len(eligible)} settings the best {measure}, "
            f"{100 * best['mean']:.1f} points ({100 * best['low']:.1f} to "
            f"{100 * best['high']:.1f}). The settings as given "
        )
        given = frame.set_index("changes").loc[AS_GIVEN]
        if given["refused"] and not best["refused"]:
            text += "are among the refused."
        else:
            text += f"have {100 * given['mean']:.1f}; others have to be better by {margin}."
    refused = int(frame["refused"].sum())
    if best["refused"]:
        text += " All of them raise an alarm."
    else:
        if refused:
            text += f" {refused} that raise an alarm were refused."
        if "mixture" in run.alarms("validation"):
            text += " With its gate it raises an alarm all the same."
    return text + " The test rows had no say in it."

"""The dial: mixtures of a run's experts whose gates count the gaps for nothing, or for much."""

import dataclasses
import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Literal

from fairmoe.errors import InvalidInputError
from fairmoe.experiment import Prepared, run_id
from fairmoe.names import EXPERTS, METRICS, SPLITS, Model, SplitName
from fairmoe.progress import OnProgress, Progress, ignore_progress
from fairmoe.runs import Run, SplitRecord
from fairmoe.training import Evaluation, Trained, evaluate, make_batch, on_one_thread, train

FAIRNESS_WEIGHTS = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0)
"""How much the gaps count against utility, from one end of the dial to the other."""

PATH_STEPS = 8
"""Nodes at which the points of a front are attributed; see `Mixture.with_path_steps`."""

GapName = Literal["dp", "eo", "f_res", "f_proc"]
Scores = Mapping[Model, Mapping[str, float]]


@on_one_thread()
def train_front(
    prepared: Prepared,
    run: Run,
    *,
    weights: Sequence[float] = FAIRNESS_WEIGHTS,
    on_progress: OnProgress = ignore_progress,
) -> tuple[Run, ...]:
    r"""Train a gate for each of some weights of the gaps, all on the experts of one run.

    The reward is $R_\alpha = (U_2 - U_1) - \alpha (F_2 - F_1)$, with utility $U$ and gaps $F$, and
    a gate is chosen by $U - \alpha F$; $\alpha = 1$ is (37) and (47) of the source. Experts do not
    depend on $\alpha$: if the run was trained in this process, they are not trained again.

    Args:
        prepared: The rows that the run was trained on.
        run: One point of the front; the others differ from it in `fairness_weight` alone.
        weights: The weights $\alpha$ of the points, each in [0, 1000]; the run's own is added.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.

    Returns:
        The runs of all points, by ascending $\alpha$. Each is a run as any other, but what models
        "uniform", "constant" and "logistic" say is copied from `run`, and points other than it have
        no curves and no seconds of their own.

    Raises:
        InvalidInputError: A weight is outside its limits, or the run has cut-offs of its own.
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so.
    """
    if run.cutoffs is not None:
        raise InvalidInputError(
            "A run as it was trained is needed for a front",
            however="this one has cut-offs of its own",
            remedy="Take the run that they were set on.",
        )
    own = run.settings
    others = sorted({float(weight) for weight in weights} - {own.fairness_weight})
    if not others:
        return (run,)
    settings = [own.replace(fairness_weight=weight) for weight in others]
    trained = train(prepared.data, settings, on_progress=on_progress)
    splits: dict[SplitName, list[SplitRecord]] = {}
    scores: dict[SplitName, list[Scores]] = {}
    for done, name in enumerate(SPLITS):
        on_part = partial(on_progress, Progress("evaluate", done, len(SPLITS)))
        splits[name], scores[name] = _score(prepared, run, trained, name, on_part)
    points = [
        dataclasses.replace(
            run,
            run_id=run_id(prepared.data, settings[place]),
            settings=settings[place],
            seconds=dict.fromkeys(run.seconds, 0.0),
            curves=(),
            splits={name: splits[name][place] for name in SPLITS},
            scores={name: scores[name][place] for name in SPLITS},
            experts_reused=trained.experts_reused,
            mixture=trained.mixture.select(place),
        )
        for place in range(len(others))
    ]
    return tuple(sorted([run, *points], key=lambda point: point.settings.fairness_weight))


def _score(
    prepared: Prepared, run: Run, trained: Trained, name: SplitName, on_part: Callable[[], None]
) -> tuple[list[SplitRecord], list[Scores]]:
    """Return, for each point, what its models say of a split's rows, and their scores."""
    data = prepared.data
    mixture = trained.mixture.with_path_steps(PATH_STEPS)
    rows = make_batch(getattr(data, name).known(), slice(None), data.n_groups)
    of_mixtures, of_experts = (
        evaluate(model, mixture.explainer, rows, data.n_groups, run.settings, on_part)
        for model in (mixture, mixture.experts.part())
    )
    gate = mixture.gate_proba(rows.x).numpy()
    records: list[SplitRecord] = []
    scores: list[Scores] = []
    for place in range(len(mixture)):
        members: dict[Model, tuple[Evaluation, int]] = {"mixture": (of_mixtures, place)}
        for expert, model in enumerate(EXPERTS):
            members[model] = of_experts, expert * len(mixture) + place
        proba = {model: found.proba[member].numpy() for model, (found, member) in members.items()}
        own = {
            model: {metric: found.scores[metric][member].item() for metric in METRICS}
            for model, (found, member) in members.items()
        }
        kept = run.splits[name]
        records.append(dataclasses.replace(kept, proba={**kept.proba, **proba}, gate=gate[place]))
        scores.append({**run.scores[name], **own})
    return records, scores


def choose_point(
    front: Sequence[Run],
    *,
    gap: GapName = "dp",
    max_gap: float | None = None,
    max_loss: float | None = None,
) -> Run:
    """Return the point of a front that a wish points to, on the validation rows.

    Points that raise an alarm there are no choice.

    Args:
        front: As `train_front` returns it.
        gap: The gap that the wish is about.
        max_gap: The gap may be no larger, in [0, 1]; of such points the most accurate is taken.
        max_loss: The accuracy may be no more below that of the utility expert, in [0, 1]; of such
            points the one with the smallest gap is taken.

    Raises:
        InvalidInputError: Not exactly one of the two is given, or no point fulfils it.
    """
    if (max_gap is None) == (max_loss is None):
        raise InvalidInputError(
            "A point is chosen by the largest gap or by the largest loss of accuracy",
            however="both were given" if max_gap is not None else "neither was given",
        )
    points = [point for point in front if "mixture" not in point.alarms("validation")]
    of_points = [(point, point.scores["validation"]) for point in points]
    if max_gap is not None:
        within = [each for each in of_points if each[1]["mixture"][gap] <= max_gap]
        best = max(within, key=lambda each: each[1]["mixture"]["acc"], default=None)
    else:
        assert max_loss is not None
        within = [each for each in of_points if _loss(each[1]) <= max_loss]
        best = min(within, key=lambda each: each[1]["mixture"][gap], default=None)
    if best is None:
        smallest = min((scores["mixture"][gap] for _, scores in of_points), default=float("nan"))
        least = min((_loss(scores) for _, scores in of_points), default=float("nan"))
        reached = (
            f"the smallest gap there is {100 * smallest:.1f} pp"
            if max_gap is not None
            else f"the smallest loss is {100 * least:.1f} points"
        )
        raise InvalidInputError(
            "A point of the front is needed that fulfils the wish on the validation rows",
            however=reached if of_points else "all of them treat everyone worse",
            remedy="Ask for less, or train with other lambdas.",
        )
    return best[0]


def _loss(scores: Scores) -> float:
    return scores["utility"]["acc"] - scores["mixture"]["acc"]


def front_document(front: Sequence[Run]) -> list[dict[str, object]]:
    """Return the points of a front, ready for strict JSON: weights, scores, whether they alarm."""
    return [
        {
            "fairness_weight": point.settings.fairness_weight,
            **{split: point_scores(point, split) for split in ("validation", "test")},
            "alarm": "mixture" in point.alarms("test"),
        }
        for point in front
    ]


def point_scores(point: Run, split: SplitName) -> dict[str, float | None]:
    """Return the scores of a point's mixture on a split, None where not estimable."""
    scores = point.scores[split]["mixture"]
    return {metric: score if math.isfinite(score) else None for metric, score in scores.items()}

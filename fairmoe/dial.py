"""The dial: mixtures of a run's experts whose gates count the gaps for nothing, or for much."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

import torch

from fairmoe._units import apart_from
from fairmoe.analysis.no_gap import why_no_gap
from fairmoe.config import Settings
from fairmoe.data.weights import effective_size
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import Prepared, make_run, run_id
from fairmoe.names import EXPERTS, GapName, Model
from fairmoe.progress import OnProgress, ignore_progress
from fairmoe.runs import Run, compared_scores, compared_scores_of
from fairmoe.training import largest_standard_error, on_one_thread, train, with_time_left
from fairmoe.training.answers import mixture_answers
from fairmoe.training.expert_phase import missing_experts
from fairmoe.training.selection import criterion
from fairmoe.training.stack import Stack

FAIRNESS_WEIGHTS = (0.0, 0.125, 0.25, 0.5, 1.0, 2.0, 4.0, 6.0, 8.0)
"""How much the gaps count against utility, from one end of the dial to the other."""

HARDER = 10.0
"""How many times as much a harder result expert counts its gaps in training."""

HARDEST = 100.0
"""What no `lambda_fair` is raised above."""

FAR_END = 6.0
"""From which weight on a mixture may have one."""

SHORT = 0.05
"""Where all models of a run have larger result gaps than this, its dial would end early."""

_ROUNDING = 1e-7
"""By which a difference of two shares may miss what it is."""

NO_CHOICE = "No point can be chosen by this gap"

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
        run: One point of the front; the others differ from it in `fairness_weight`, and some of the
            far end in `lambda_fair`.
        weights: The weights $\alpha$ of the points, each in [0, 1000]; the run's own is added.
        on_progress: Is told of the progress; stops the work by raising `CancelledError`.

    Returns:
        The runs of all points, by ascending $\alpha$; each knows the others as its `front`. Each is
        a run as any other; its gate may keep its experts as they were after another fine-tuning
        than those of `run`.

    Raises:
        InvalidInputError: A weight is outside its limits, the run has cut-offs of its own, or the
            rows are not those that it was trained on.
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so.
    """
    if run.cutoffs is not None:
        raise InvalidInputError(
            "A run as it was trained is needed for a front",
            however="this one has cut-offs of its own",
            remedy="Take the run that they were set on.",
        )
    if run_id(prepared.data, run.settings) != run.run_id:
        raise InvalidInputError(
            "A front needs the rows and roles that its run was trained with",
            however="these are others",
        )
    settings = front_settings(run, weights)
    if not settings:
        return (run,)
    data = prepared.data
    missing = [missing_experts(data, [one]) for one in settings]
    tell = with_time_left(on_progress, data, settings, baselines=False)
    trained = train(data, settings, on_progress=tell)
    answers = mixture_answers(data, settings[0], trained.mixture, tell)
    points: list[Run] = []
    for place, (one, known) in enumerate(zip(settings, answers, strict=True)):
        point = make_run(prepared, one, trained.select(place), known=(run, *points), answers=known)
        there = zip(EXPERTS, missing[place], strict=True)
        points.append(
            replace(
                point,
                # What was told of the outcomes after the training holds for all points.
                roles=run.roles,
                data=run.data,
                experts_reused=tuple(name for name, lacking in there if not lacking),
            )
        )
    return run.with_front(_one_of_each_weight(points)).points


def front_settings(run: Run, weights: Sequence[float] = FAIRNESS_WEIGHTS) -> list[Settings]:
    """Return the settings of the other points of a run's front, and of those that may replace them.

    Args:
        run: A point of it.
        weights: Of the points.

    Returns:
        For each weight but the run's own, ascending; then, where the dial would end early, those
        with a harder result expert.
    """
    own = run.settings
    others = sorted({float(weight) for weight in weights} - {own.fairness_weight})
    points = [own.replace(fairness_weight=weight) for weight in others]
    harder = HARDER * own.lambda_fair
    if not 0 < harder <= HARDEST or not _ends_early(run):
        return points
    far = [one for one in points if one.fairness_weight >= FAR_END]
    return points + [one.replace(lambda_fair=harder) for one in far]


def _ends_early(run: Run) -> bool:
    """Whether no expert of a run, nor its mixture, has small result gaps on the validation rows."""
    of_models = run.scores["validation"]
    gaps = [of_models[model]["f_res"] for model in (*EXPERTS, "mixture")]
    return min((gap for gap in gaps if math.isfinite(gap)), default=0.0) > SHORT


def _one_of_each_weight(points: Sequence[Run]) -> list[Run]:
    """Return the points, those with a harder result expert in place of those they beat."""
    kept: dict[float, Run] = {}
    for point in points:
        weight = point.settings.fairness_weight
        if weight not in kept or _beats(point, kept[weight]):
            kept[weight] = point
    return list(kept.values())


def _beats(harder: Run, own: Run) -> bool:
    """Whether a point has a smaller result gap, and is better by more than a rate's standard error.

    On the validation rows; one that raises an alarm there is beaten by any that does not. The
    criterion counts gaps up to eight times, and its own standard error is some three times that of
    a rate. What a harder result expert is for is its gap: one that is better for its procedure gap
    alone does not lead to the end of a dial.
    """
    gaps = [point.scores["validation"]["mixture"]["f_res"] for point in (harder, own)]
    if gaps[0] >= gaps[1] and "mixture" not in own.alarms("validation"):
        return False
    record = own.splits["validation"]
    rows = float(len(record.rows)) if record.weight is None else effective_size(record.weight)
    return _criterion(harder) - _criterion(own) > largest_standard_error(rows)


def _criterion(point: Run) -> float:
    """Return by what mixtures are chosen, on the validation rows; far less with an alarm."""
    scores = {
        name: torch.tensor([score], dtype=torch.float64)
        for name, score in point.scores["validation"]["mixture"].items()
    }
    by = Stack([point.settings], torch.device("cpu")).fairness_weights()
    return criterion(scores, by, torch.tensor("mixture" in point.alarms("validation"))).item()


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
        gap: The gap that the wish is about, between the groups that can be compared.
        max_gap: The gap may be no larger, in [0, 1]; of such points the most accurate is taken.
        max_loss: The accuracy may be no more below that of the utility expert, in [0, 1]; of such
            points the one with the smallest gap is taken.

    Raises:
        InvalidInputError: Not exactly one of the two is given, no point fulfils it, or fewer than
            two groups have enough people for the gap.
    """
    if (max_gap is None) == (max_loss is None):
        raise InvalidInputError(
            "A point is chosen by the largest gap or by the largest loss of accuracy",
            however="both were given" if max_gap is not None else "neither was given",
        )
    why = why_no_gap(front[0], gap, split="validation") if front else ""
    if why:
        raise InvalidInputError(f"{NO_CHOICE}. {why}".rstrip("."))
    of_points = _choices(front, gap)
    if max_gap is not None:
        within = [each for each in of_points if each[1]["mixture"][gap] <= max_gap + _ROUNDING]
        best = max(within, key=lambda each: each[1]["mixture"]["acc"], default=None)
        reached = [
            f"the smallest gap there is {apart_from(100 * max_gap, 100 * least)} pp"
            for least in sorted(scores["mixture"][gap] for _, scores in of_points)
        ]
    else:
        assert max_loss is not None
        within = [each for each in of_points if _loss(each[1]) <= max_loss + _ROUNDING]
        best = min(within, key=lambda each: each[1]["mixture"][gap], default=None)
        reached = [
            f"the smallest loss is {apart_from(100 * max_loss, 100 * least)} pp"
            for least in sorted(_loss(scores) for _, scores in of_points)
        ]
    if best is None:
        why = next(iter(reached), "the gap cannot be estimated, or all raise an alarm")
        raise InvalidInputError(
            f"No mixture of this front is within this limit on the validation rows: {why}",
            remedy=_remedy(seen=all(point.roles.include_sensitive for point in front)),
        )
    return best[0]


def loss_for_less(front: Sequence[Run], chosen: Run, *, gap: GapName = "dp") -> float | None:
    """Return how much accuracy the cheapest point with a smaller gap gives away, in [-1, 1].

    Of the validation rows, against the utility expert, by which `choose_point` chooses.

    Args:
        front: As `train_front` returns it.
        chosen: One of its points.
        gap: The gap that is to be smaller.

    Returns:
        None if no point that raises no alarm has a smaller gap.
    """
    most = compared_scores_of(chosen, split="validation")[gap]
    smaller = [scores for _, scores in _choices(front, gap) if scores["mixture"][gap] < most]
    return min(map(_loss, smaller), default=None)


def limits_passed_over(
    front: Sequence[Run], chosen: Run | None, limit: float, *, by_loss: bool, gap: GapName = "dp"
) -> list[float]:
    """Return the gaps, or losses, of points that keep to a limit on the test rows alone.

    Only of those that raise no alarm and are better there than the chosen one: of a higher accuracy
    where the gap is limited, of a smaller gap where the loss is.

    Args:
        front: As `train_front` returns it.
        chosen: What `choose_point` returns for the limit; None if no point fulfils it.
        limit: What is given to `choose_point`, in [0, 1].
        by_loss: Whether that limits the loss of accuracy; else the gap.
        gap: Which one.

    Returns:
        The gap, or loss, of each on the validation rows, in [-1, 1], the smallest first.
    """

    def limited_and_other(scores: Scores) -> tuple[float, float]:
        both = scores["mixture"][gap], _loss(scores)
        return both[::-1] if by_loss else both

    most = math.inf if chosen is None else limited_and_other(compared_scores(chosen))[1]
    passed_over = []
    for point, scores in _choices(front, gap):
        (known, _), (found, other) = map(limited_and_other, (scores, compared_scores(point)))
        if found <= limit + _ROUNDING < known and other < most and "mixture" not in point.alarms():
            passed_over.append(known)
    return sorted(passed_over)


def _choices(front: Sequence[Run], gap: GapName) -> list[tuple[Run, Scores]]:
    """Return the points that are a choice, with their scores on the validation rows."""
    of_points = [
        (point, compared_scores(point, "validation"))
        for point in front
        if "mixture" not in point.alarms("validation")
    ]
    return [each for each in of_points if math.isfinite(each[1]["mixture"][gap])]


def _remedy(*, seen: bool) -> str:
    """Say what may help; models that see the groups often reach gaps that others cannot."""
    others = "other lambdas" if seen else "other lambdas, or with models that see the groups"
    return f"Allow more, or train with {others}."


def _loss(scores: Scores) -> float:
    return scores["utility"]["acc"] - scores["mixture"]["acc"]

"""What a run's scores would be if the gate were overridden."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fairmoe.analysis.rows import RunRows, rows_of_run
from fairmoe.data import LabelledTable
from fairmoe.figures.points import SAME
from fairmoe.functional.scores import all_scores
from fairmoe.names import EXPERTS, METRICS, MIXTURE_AND_EXPERTS, Model, SplitName
from fairmoe.runs import Run
from fairmoe.training import explain_rows

LEAD_DRAWS = 40
"""So many drawings tell a standard deviation to a tenth of it."""


@dataclass(frozen=True, eq=False)
class Routes:
    """What the mixture and its experts say of the rows of a split.

    In the order of `MIXTURE_AND_EXPERTS`.

    Attributes:
        rows: The rows, `n` of them.
        proba: **Shape** `(4, n)`. Probability of the positive class.
        masked_proba: **Shape** `(4, n)`. The same after a row's top attended columns are masked.
        attention: **Shape** `(4, n, c)`. Attention over the source columns.
    """

    rows: RunRows
    proba: Tensor
    masked_proba: Tensor
    attention: Tensor


def explain_routes(rows: RunRows) -> Routes:
    """Return what scores of any routing of the rows are made of; it explains every row once."""
    mixture, top_k = rows.run.mixture, rows.run.settings.top_k
    parts = zip(
        explain_rows(mixture, mixture.explainer, rows.x, top_k=top_k),
        explain_rows(mixture.experts.part(), mixture.explainer, rows.x, top_k=top_k),
        strict=True,
    )
    return Routes(rows, *(torch.cat(part) for part in parts))


def override_scores(routes: Routes, group: int | None = None) -> pd.DataFrame:
    """Return the scores as routed, and those if rows were sent to one expert.

    Everyone else stays with the mixture, with its probabilities and its attention.

    Args:
        routes: As `explain_routes` returns them.
        group: The id of the group whose rows are sent; everyone if it is left out.

    Returns:
        Indexed by `MIXTURE_AND_EXPERTS`: "mixture" is the routing as it is, an expert's key that of
        sending the rows to it. One column per metric, see `fairmoe.names.METRICS`; NaN where not
        estimable.
    """
    overridden = _overridden_rows(routes, group)
    return pd.DataFrame(
        {name: scores.numpy() for name, scores in _scores(routes, overridden, slice(None)).items()},
        index=pd.Index(MIXTURE_AND_EXPERTS, name="routing"),
    )


def override_intervals(
    routes: Routes, group: int | None = None, *, n_resamples: int = 200, random_state: int = 0
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return bootstrap intervals of the changes that sending rows to one expert makes.

    Rows are drawn anew, with replacement, as many of each group and label as there are; all
    routings are scored on the same rows. Models and gate stay, so what another training would
    change is not part of it.

    Args:
        routes: As `explain_routes` returns them.
        group: See `override_scores`.
        n_resamples: How often rows are drawn, at least 1.
        random_state: Seed of the drawing.

    Returns:
        The 2.5% and the 97.5% quantiles of the changes, each indexed by expert, with a column
        per metric; NaN where not estimable.
    """
    overridden = _overridden_rows(routes, group)
    changes = [
        torch.stack([score[1:] - score[0] for score in _scores(routes, overridden, rows).values()])
        for rows in _drawn_rows(routes, n_resamples, random_state)
    ]
    bounds = np.quantile(torch.stack(changes).numpy(), [0.025, 0.975], axis=0)
    low, high = (
        pd.DataFrame(bound.T, index=pd.Index(EXPERTS, name="routing"), columns=list(METRICS))
        for bound in bounds
    )
    return low, high


def ahead_by_chance(
    run: Run, labelled: LabelledTable | None, split: SplitName = "test"
) -> tuple[Model, ...]:
    """Return the experts with a higher final score than the mixture's, but perhaps by chance.

    Args:
        run: The run.
        labelled: The table that it was trained on; None if it is not at hand.
        split: On which rows.

    Returns:
        Those whose lead is within 1.96 standard deviations of it over `LEAD_DRAWS` drawings of the
        rows, as `override_intervals` draws them. None where it cannot be told: without the table,
        with cut-offs of groups, and where rows have weights.
    """
    final = {model: run.scores[split][model]["final_score"] for model in MIXTURE_AND_EXPERTS}
    lead = {expert: final[expert] - final["mixture"] for expert in EXPERTS}
    ahead: list[Model] = [expert for expert in EXPERTS if lead[expert] > SAME]
    is_other = run.cutoffs is not None or run.splits[split].weight is not None
    if not ahead or labelled is None or is_other:
        return ()
    routes = explain_routes(rows_of_run(run, labelled, split))
    # Of the others nothing is asked, and scores take their time.
    told = [0, *(MIXTURE_AND_EXPERTS.index(expert) for expert in ahead)]
    routes = Routes(
        routes.rows, routes.proba[told], routes.masked_proba[told], routes.attention[told]
    )
    everyone = _overridden_rows(routes, None)
    drawn = torch.stack(
        [
            _scores(routes, everyone, rows)["final_score"]
            for rows in _drawn_rows(routes, LEAD_DRAWS, 0)
        ]
    )
    deviation = (drawn[:, 1:] - drawn[:, :1]).std(0).tolist()
    return tuple(
        expert for expert, of in zip(ahead, deviation, strict=True) if lead[expert] <= 1.96 * of
    )


def _drawn_rows(routes: Routes, n_resamples: int, random_state: int) -> Iterator[Tensor]:
    """Yield rows that are drawn anew, as many of each group and label as there are."""
    random, record = np.random.default_rng(random_state), routes.rows.record
    cell = 2 * record.group + record.y_true
    cells = [np.flatnonzero(cell == c) for c in np.unique(cell)]
    for _ in range(n_resamples):
        rows = np.concatenate([random.choice(rows, len(rows)) for rows in cells])
        yield torch.from_numpy(rows)


def _overridden_rows(routes: Routes, group: int | None) -> Tensor:
    ids = torch.from_numpy(routes.rows.record.group)
    return torch.ones_like(ids, dtype=torch.bool) if group is None else ids == group


def _scores(routes: Routes, overridden: Tensor, rows: Tensor | slice) -> dict[str, Tensor]:
    """Return the scores of all models on some of the rows, each of the models' **Shape**."""
    run, record = routes.rows.run, routes.rows.record
    overridden = overridden[rows]
    proba, masked, attention = (
        part[:, rows] for part in (routes.proba, routes.masked_proba, routes.attention)
    )
    scores = all_scores(
        torch.where(overridden, proba, proba[0]),
        torch.where(overridden, masked, masked[0]),
        torch.where(overridden[:, None], attention, attention[0]),
        y_true=torch.from_numpy(record.y_true)[rows] == 1,
        group=torch.from_numpy(record.group)[rows],
        n_groups=len(run.data.groups),
        top_ratio=run.settings.top_ratio,
    )
    return {name: scores[name] for name in METRICS}

"""What the models predict for one person, and who is alike but fares otherwise."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import torch
from torch import Tensor

from fairmoe.analysis.attention import attributions_of, model_of
from fairmoe.analysis.gap_sides import worst_and_best_off
from fairmoe.analysis.rows import RunRows
from fairmoe.data import LabelledTable
from fairmoe.names import EXPERTS, MIXTURE_AND_EXPERTS, SplitName
from fairmoe.runs import Run
from fairmoe.training import on_one_thread

THRESHOLD = 0.5
"""A probability above it is predicted positive."""


@dataclass(frozen=True)
class Neighbour:
    """The nearest person of another group with the other decision.

    Attributes:
        position: Which row of the split it is.
        distance: Euclidean, between encoded rows without the sensitive columns.
        among: How many persons of another group have the other decision.
    """

    position: int
    distance: float
    among: int


def closest_refusal(run: Run, split: SplitName = "test") -> int:
    """Return the row whose person a reader may want to meet first.

    Of the group that is worst off with the plain model (see `worst_and_best_off`), and given the
    bad outcome by the mixture against the label, it is the one closest to another decision; or
    given it rightly, if nobody of that group is given it wrongly; of all groups likewise, if nobody
    of that group is given it; of all decisions, if nobody at all is. Where no outcome is good for
    the person, or that was not told, the positive one is taken for it.

    Args:
        run: The run.
        split: Among which rows.

    Returns:
        Its position in the split; of equals the first.
    """
    record = run.splits[split]
    proba = record.proba["mixture"]
    refused = (proba > THRESHOLD) == (run.roles.target.favourable is False)
    worst, _ = worst_and_best_off(run, split, model="utility")
    far = np.abs(proba.astype(np.float64) - THRESHOLD)
    of_worst = refused & (record.group == worst)
    wrongly = (proba > THRESHOLD) != record.y_true.astype(bool)
    choices = (of_worst & wrongly, of_worst, refused & wrongly, refused, ~refused)
    among = next(rows for rows in choices if rows.any())
    return int(np.where(among, far, np.inf).argmin())


@on_one_thread()
@torch.no_grad()
def predict(run: Run, x: Tensor) -> pd.DataFrame:
    """Return what the mixture and its experts say of rows.

    Args:
        run: The run.
        x: **Shape** `(n, d)`. The rows, encoded.

    Returns:
        The probability of the positive class by "mixture" and each expert, and the gate's weight
        of each expert as "weight of" it; all in [0, 1].
    """
    proba = zip(EXPERTS, run.mixture.expert_proba(x)[:, 0].numpy(), strict=True)
    weights = zip(EXPERTS, run.mixture.gate_proba(x)[0].T.numpy(), strict=True)
    return pd.DataFrame(
        {
            "mixture": run.mixture.proba(x)[0].numpy(),
            **dict(proba),
            **{f"weight of {expert}": weight for expert, weight in weights},
        }
    )


def explain(run: Run, x: Tensor) -> pd.DataFrame:
    """Return what each column adds to the log-odds of the mixture and of each expert.

    Args:
        run: The run.
        x: **Shape** `(1, d)`. The person, encoded.

    Returns:
        Indexed by column, those that move the mixture most first; a column of signed log-odds for
        "mixture" and each expert.
    """
    columns = pd.Index(run.encoder.columns, name="column")
    attributions = pd.DataFrame(
        {model: attributions_of(run, model, x)[0] for model in MIXTURE_AND_EXPERTS}, columns
    )
    return attributions.iloc[np.argsort(-attributions["mixture"].abs().to_numpy(), kind="stable")]


@on_one_thread()
@torch.no_grad()
def baseline_proba(run: Run) -> float:
    """Return the mixture's probability for the row that attributions compare with."""
    baseline = run.mixture.explainer.baseline[None]
    return float(model_of(run, "mixture").log_odds(baseline).sigmoid())


def swap_sensitive(run: Run, labelled: LabelledTable, person: pd.DataFrame) -> pd.DataFrame | None:
    """Return what the models would say of a person with other sensitive values.

    Of a number each group stands for itself with its median.

    Args:
        run: The run.
        labelled: The table it was trained on.
        person: One row with all columns of the table.

    Returns:
        One row per combination of sensitive values, the person's own first and the others in the
        order of the groups: the sensitive cells, `group` (its id, -1 for the own), and the columns
        of `predict`. None if no sensitive column is a feature: then the models never see it.
    """
    if not run.roles.include_sensitive:
        return None
    columns = list(run.roles.sensitive_columns)
    cells = labelled.table.frame.iloc[labelled.rows][columns].reset_index(drop=True)
    for column in columns:
        if labelled.table.kinds[column] == "number":
            cells[column] = cells[column].groupby(labelled.group).transform("median")
    cells["group"] = labelled.group
    others = cells.drop_duplicates().sort_values("group", kind="stable")
    current = person[columns].iloc[0]
    others = others[~(others[columns].astype(object) == current.astype(object)).all(axis=1)]
    variants = person.iloc[np.zeros(1 + len(others), dtype=int)].reset_index(drop=True)
    for column in columns:
        values = [current[column], *others[column]]
        number = labelled.table.kinds[column] == "number"
        # The median of whole numbers need not be whole.
        dtype = "float64" if number else labelled.table.frame[column].dtype.name
        variants[column] = pd.Series(values, dtype=dtype)
    predictions = predict(run, torch.as_tensor(run.encoder.transform(variants)))
    return pd.concat([variants[columns].assign(group=[-1, *others["group"]]), predictions], axis=1)


def nearest_other(rows: RunRows, x: Tensor, *, group: int, positive: bool) -> Neighbour | None:
    """Return the nearest row of another group for which the mixture predicts the other class.

    Near by Euclidean distance of the encoded columns, sensitive ones left out.

    Args:
        rows: Among whom to look.
        x: **Shape** `(1, d)`. The person, encoded.
        group: The id of the person's group.
        positive: Whether the mixture predicts the positive class for the person.

    Returns:
        The nearest, of equals the first; None if there is nobody.
    """
    run, record = rows.run, rows.record
    predicted_positive = record.proba["mixture"] > THRESHOLD
    others = np.flatnonzero((record.group != group) & (predicted_positive != positive))
    if not len(others):
        return None
    not_sensitive = [column not in run.roles.sensitive_columns for column in run.encoder.columns]
    compared = np.array(not_sensitive)[run.encoder.column_of]
    differences = (rows.x[others] - x).numpy()[:, compared]
    distances = np.sqrt((differences.astype(np.float64) ** 2).sum(axis=1))
    nearest = int(distances.argmin())
    return Neighbour(int(others[nearest]), float(distances[nearest]), len(others))

"""What the gate learns from: tables of what frozen experts say of each training row."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from fairmoe.explain import Explainer
from fairmoe.functional.gating import disagreement, disagreement_weights, expert_state
from fairmoe.functional.reward import counterfactual_rewards, score_of
from fairmoe.functional.reward_tables import GapContext, RewardTables
from fairmoe.nn import Experts
from fairmoe.training.batches import Batch
from fairmoe.training.evaluation import explain_rows
from fairmoe.training.stack import Stack


class GateBatch(NamedTuple):
    """What a gate step needs of some training rows; all of it constant while experts are frozen.

    Attributes:
        x: **Shape** `(n + m, d)`. The batch's own rows, and those that come again.
        state: **Shape** `(k, n + m, 10)`. The part of the state (31) that comes from the experts.
        weights: **Shape** `(k, n)`. The rows' weights (39), or ones.
        tables: What rewards are looked up in.
        utility_score: **Shape** `(k,)`. The utility expert's final score, from which gains count.
        utility_in_context: **Shape** `(k,)`. The same with the rows that come again in its gaps, as
            counterfactual rewards have them.
    """

    x: Tensor
    state: Tensor
    weights: Tensor
    tables: RewardTables
    utility_score: Tensor
    utility_in_context: Tensor


@torch.no_grad()
def make_gate_batch(
    experts: Experts,
    places: Tensor,
    explainer: Explainer,
    batch: Batch,
    n_groups: int,
    stack: Stack,
    on_part: Callable[[], None],
) -> GateBatch:
    """Look up what the frozen experts say of some training rows.

    Args:
        experts: The `m` distinct experts.
        places: **Shape** `(3, k)`. Which of them are those of each run.
        explainer: Attributes their log-odds.
        batch: The rows.
        n_groups: The number of groups.
        stack: The settings of the runs.
        on_part: Is called before each part of the rows; may raise to stop.
    """
    proba, masked_proba, attention = (
        of_distinct[places]
        for of_distinct in explain_rows(
            experts, explainer, batch.x, top_k=stack.shared.top_k, on_part=on_part
        )
    )
    settings = stack.shared
    own, again = batch.own, slice(batch.own.stop, None)
    tables = RewardTables(
        proba=proba[..., own],
        masked_proba=masked_proba[..., own],
        attention=attention[..., own, :],
        y_true=batch.y[own] == 1,
        group=batch.group[own],
        n_groups=n_groups,
        top_ratio=settings.top_ratio,
        context=GapContext(
            proba=proba[..., again],
            y_true=batch.y[again] == 1,
            group=batch.group[again],
            weights=batch.averaging.amax(1),
        ),
        weights=stack.fairness_weights(),
        same_as=_first_alike(places),
    )
    disagree = disagreement(tables.proba)
    weights = torch.ones_like(disagree)
    if settings.weight_by_disagreement:
        weights = disagreement_weights(disagree)
    utility_score = score_of(tables, tables.proba[0], tables.masked_proba[0], tables.attention[0])
    in_context = utility_score
    if settings.credit == "counterfactual" and batch.x.shape[0] > own.stop:
        all_utility = torch.zeros(proba.shape[1:], dtype=torch.long, device=proba.device)
        in_context = counterfactual_rewards(tables, all_utility)[0, :, 0]
    return GateBatch(batch.x, expert_state(proba), weights, tables, utility_score, in_context)


def _first_alike(places: Tensor) -> Tensor:
    """Return for each run, **Shape** `(k,)`, the first that has the same three experts."""
    return (places[:, :, None] == places[:, None]).all(0).to(torch.uint8).argmax(0)

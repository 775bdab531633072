"""Whether each lambda lowers what it is there to lower, more with every dose."""

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score

from benchmarks.measure import Cell, Claim, Measured
from benchmarks.protocols import Case, known_cases
from fairmoe.data import EncodedData
from fairmoe.experiment import prepare
from fairmoe.explain import Explainer
from fairmoe.functional.attention import group_attention, jensen_shannon_divergence
from fairmoe.functional.groups import averaging_matrix, estimable
from fairmoe.functional.losses import (
    demographic_parity_loss,
    equal_opportunity_loss,
    fairness_loss,
    representation_loss,
)
from fairmoe.nn import Experts
from fairmoe.training import explain_rows, train_experts

DOSES = (0.0, 0.1, 1.0, 10.0)
SEEDS = 10
DATA = ("Demo, sex", "German, sex", "Adult, sex")
OFF = dict.fromkeys(("lambda_rep", "lambda_fair", "lambda_attention", "lambda_adv"), 0.0)
RESULT, PROCEDURAL = 1, 2

Quantity = Callable[[Experts, Explainer, EncodedData], NDArray[np.float64]]
"""From `m` experts to what a lambda is to lower in each of them, on test rows, `(m,)`."""


def measure() -> Measured:
    """Train with every dose of every lambda, the others at 0, and look at the test rows."""
    rows: list[dict[str, Cell]] = []
    claims = []
    for case in known_cases():
        if case.name not in DATA:
            continue
        for name, (expert, what, quantity) in LOWERED.items():
            means = _row(case, name, expert, what, quantity, rows)
            rises = sum(max(0.0, after - before) for before, after in pairwise(means))
            fall = means[0] - means[-1]
            claims.append(
                Claim(
                    f"{case.name}: {what} rises between doses of {name}, as a share of its fall",
                    rises / fall if fall > 0 else float("inf"),
                    0.0,
                )
            )
    return Measured(
        rows,
        claims,
        [
            f"mean and standard error over {SEEDS} seeds, test rows, the split of seed 0; all "
            "other lambdas are 0 and the last weights are kept (select='last'), so that no "
            "selection comes between the dose and what it does",
            "'probe' is how well a logistic regression tells the group from the hidden vector",
        ],
    )


def _row(
    case: Case,
    name: str,
    expert: int,
    what: str,
    quantity: Quantity,
    rows: list[dict[str, Cell]],
) -> list[float]:
    base = case.settings.replace(select="last", threshold="half", split_seed=0, **OFF)
    runs = [base.replace(seed=seed, **{name: dose}) for dose in DOSES for seed in range(SEEDS)]
    data = prepare(case.table, case.roles, runs[0]).data
    stack, explainer = train_experts(data, runs)
    members = slice(expert * len(runs), (expert + 1) * len(runs))
    values = quantity(stack.part(members), explainer, data).reshape(len(DOSES), SEEDS)
    means = values.mean(1).tolist()
    errors = values.std(1, ddof=1) / SEEDS**0.5
    row: dict[str, Cell] = {"data": case.name, "lambda": name, "lowers": what}
    for dose, mean, error in zip(DOSES, means, errors, strict=True):
        row[f"{dose:g}"] = f"{mean:.4g} ± {error:.2g}"
    rows.append(row)
    return means


def _outputs(experts: Experts, x: NDArray[np.float32]) -> tuple[torch.Tensor, torch.Tensor]:
    outputs = experts.outputs(experts.first_layer(torch.as_tensor(x)))
    return outputs.hidden, outputs.log_odds.sigmoid()


def _apart(experts: Experts, _: Explainer, data: EncodedData) -> NDArray[np.float64]:
    split = data.test
    averaging = estimable(averaging_matrix(torch.as_tensor(split.group), data.n_groups))
    return representation_loss(_outputs(experts, split.x)[0], averaging).double().numpy()


def _unequal(experts: Experts, _: Explainer, data: EncodedData) -> NDArray[np.float64]:
    split = data.test
    group, positive = torch.as_tensor(split.group), torch.as_tensor(split.y) == 1
    proba = _outputs(experts, split.x)[1]
    gaps = fairness_loss(
        demographic_parity_loss(proba, estimable(averaging_matrix(group, data.n_groups))),
        equal_opportunity_loss(
            proba, estimable(averaging_matrix(group, data.n_groups, among=positive))
        ),
    )
    return gaps.double().numpy()


def _attended(experts: Experts, explainer: Explainer, data: EncodedData) -> NDArray[np.float64]:
    split = data.test
    attention = explain_rows(experts, explainer, torch.as_tensor(split.x), top_k=1)[2]
    of_groups = group_attention(attention.double(), torch.as_tensor(split.group), data.n_groups)
    return jensen_shannon_divergence(of_groups, base=2.0).numpy()


def _probed(experts: Experts, _: Explainer, data: EncodedData) -> NDArray[np.float64]:
    train, test = data.train, data.test
    hidden, unseen = _outputs(experts, train.x)[0].numpy(), _outputs(experts, test.x)[0].numpy()
    told = []
    for own, other in zip(hidden, unseen, strict=True):
        spread = own.std(0) + 1e-6
        probe = LogisticRegression(max_iter=1000).fit(own / spread, train.group)
        told.append(roc_auc_score(test.group, probe.decision_function(other / spread)))
    return np.array(told)


LOWERED: dict[str, tuple[int, str, Quantity]] = {
    "lambda_rep": (RESULT, "distance of the groups' mean hidden vectors", _apart),
    "lambda_fair": (RESULT, "mean of the gaps (14) and (17)", _unequal),
    "lambda_attention": (PROCEDURAL, "divergence of attention, bits", _attended),
    "lambda_adv": (PROCEDURAL, "AUC of a probe for the group", _probed),
}
"""For each lambda, whose loss it is in and what it is to lower."""

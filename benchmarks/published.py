"""The score of Zhao, Wang and Derr (AAAI 2023) as their code computes it."""

import numpy as np
import torch

from fairmoe.experiment import Prepared
from fairmoe.functional.explanation_scores import fidelity
from fairmoe.runs import Run
from fairmoe.training import explain_rows


def published_score(run: Run, prepared: Prepared) -> float:
    """Return utility less outcome gaps less half of REF and VEF, of a mixture on the test rows.

    Their VEF takes the positions of the best explained rows within a group for positions among all
    rows, so that it looks at other rows than it means to, and is near 0. Attention has no part.
    """
    split, mixture = prepared.data.test, run.mixture
    proba, masked, _ = (
        each[0]
        for each in explain_rows(
            mixture, mixture.explainer, torch.as_tensor(split.x), top_k=run.settings.top_k
        )
    )
    kept = fidelity(proba, masked).numpy()
    right = ((proba > 0.5).numpy() == split.y).astype(float)
    right_masked = ((masked > 0.5).numpy() == split.y).astype(float)
    drops = []
    for group in range(prepared.data.n_groups):
        own = kept[split.group == group]
        positions = np.argsort(-own, kind="stable")[: int(run.settings.top_ratio * len(own))]
        drops.append(right[positions].mean() - right_masked[positions].mean())
    scores = run.scores["test"]["mixture"]
    vef = max(drops) - min(drops)
    return float(scores["utility"] - scores["f_res"] - (scores["ref"] + vef) / 2)

"""What the mixture scores beside other models, and what fairness costs."""

import pandas as pd

from fairmoe.figures.points import SAME
from fairmoe.names import METRICS, MODELS, SUMMARY, Model


def ahead_of_mixture(scores: pd.DataFrame) -> list[Model]:
    """Return the keys of the models whose final score reads higher than the mixture's."""
    final = scores["final_score"]
    bound = final["mixture"] + SAME
    return [model for model in MODELS if model in final.index and final[model] > bound]


def scores_takeaway(scores: pd.DataFrame) -> str:
    """Say in one sentence how the mixture compares with the utility expert."""
    told = [
        f"{METRICS[metric].label.lower()} {METRICS[metric].text(float(mixture))} "
        f"against {METRICS[metric].text(float(utility))}"
        for metric, mixture, utility in zip(
            SUMMARY, *scores.loc[["mixture", "utility"], list(SUMMARY)].to_numpy(), strict=True
        )
    ]
    return f"Mixture against utility expert: {', '.join(told)}."

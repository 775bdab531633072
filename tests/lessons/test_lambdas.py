"""Lessons 2 to 5: what the experts do under weaker and stronger lambdas, in the mean of seeds."""

import numpy as np
import pytest
import torch

from fairmoe.lessons.demo import lesson_data
from fairmoe.lessons.reversal import group_auc
from tests.lessons.shared import result_of

pytestmark = pytest.mark.slow


def means(frame, by="strength"):
    return frame.dropna(subset=by).groupby(by).mean(numeric_only=True)


def test_the_experts_close_the_gaps_that_their_losses_name():
    scores = means(result_of("experts"), "model")
    utility, result, procedural = (scores.loc[name] for name in ("utility", "result", "procedural"))
    assert utility["utility"] == scores["utility"].max()
    assert result["dp"] < utility["dp"] - 0.05
    assert procedural["att_jsd"] < 0.7 * utility["att_jsd"]
    assert scores.loc["constant", "f_res"] == pytest.approx(0)


def test_lambda_fair_trades_one_gap_for_the_other():
    scores = means(result_of("outcome_weight"))
    assert scores.loc[1.0, "dp"] < scores.loc[0.0, "dp"] - 0.02
    assert scores.loc[1.0, "eo"] > scores.loc[0.0, "eo"] + 0.02
    assert scores.loc[1.0, "utility"] < scores.loc[0.0, "utility"]
    # at the far end the model is all but the constant
    assert scores.loc[30.0, "f_res"] < 0.03


def test_the_constant_stands_beside_the_trainings():
    scores = result_of("outcome_weight")
    constant = scores[scores["strength"].isna()]
    assert len(constant) == 1
    assert constant["f_res"].item() == pytest.approx(0)
    assert constant["auc"].item() == pytest.approx(0.5)


def test_attention_shares_are_distributions_and_come_together():
    shares, scores = result_of("attention")
    sums = shares.groupby(["strength", "seed", "group"])["attention"].sum()
    assert np.allclose(sums, 1, atol=1e-4)
    divergence = means(scores)["att_jsd"]
    assert divergence[10.0] < 0.3 * divergence[0.0]


def test_shares_are_filed_under_their_own_group_and_column():
    shares, _ = result_of("attention")
    own = shares[shares["strength"] == 0].groupby(["column", "group"])["attention"].mean()
    # the column that stands in for the sex, and the one that shows skill best
    assert own["career_break_months", "women"] > own["career_break_months", "men"]
    assert own.groupby("column").mean().idxmax() == "test_score"


def test_the_probe_finds_the_group_less_well_behind_adversaries():
    scores = result_of("reversal")
    told = means(scores)["told"]
    assert told[1.0] < told[0.0] - 0.05
    assert scores.loc[scores["strength"].isna(), "told"].item() > 0.8


@pytest.mark.parametrize(("noise", "low", "high"), [(0.01, 0.999, 1.0), (1e4, 0.45, 0.55)])
def test_a_probe_finds_what_is_there_and_nothing_else(noise, low, high):
    data = lesson_data()
    generator = torch.Generator().manual_seed(0)

    def shown(split):
        group = torch.as_tensor(split.group)[:, None].float()
        return group + noise * torch.randn(len(group), 3, generator=generator)

    assert low <= group_auc(shown(data.train), shown(data.test), data) <= high

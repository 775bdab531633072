"""By what experts are ranked on the validation rows."""

import pytest
import torch

from fairmoe.config import Settings
from fairmoe.training.batches import make_batch, resolve_weight_decay
from fairmoe.training.evaluation import evaluate
from fairmoe.training.expert_judge import ExpertJudge
from fairmoe.training.expert_phase import make_explainer
from fairmoe.training.members import Members, draw_initial
from fairmoe.training.selection import Guard


def rows_of(data):
    return make_batch(data.validation, slice(None), 2)


def judged(data, rows=None, *, guard=True):
    """Return a judge, and what experts that learnt nothing score."""
    rows = rows_of(data) if rows is None else rows
    settings = resolve_weight_decay(Settings(guard=guard), len(data.train.y))
    members = Members.of_runs([settings], torch.device("cpu"))
    explainer = make_explainer(data, settings)
    refuses = Guard(rows, 2, favourable=None, on=guard)
    experts, _ = draw_initial(members, data.train.x.shape[1], 2)
    judge = ExpertJudge(members, rows, 2, explainer, refuses, {})
    return judge, evaluate(experts.part(), explainer, rows, 2, settings)


def test_utility_experts_are_ranked_by_utility_and_the_others_by_the_final_score(demo, monkeypatch):
    judge, found = judged(demo)
    monkeypatch.setattr(Guard, "refuses", lambda *_: torch.zeros(3))
    ranked = judge.rank(found)
    assert ranked[0] == found.scores["utility"][0]
    assert torch.equal(ranked[1:], found.scores["final_score"][1:])


def test_what_cannot_be_estimated_is_recorded_as_nan_and_still_ranked(demo):
    rows = rows_of(demo)
    judge, found = judged(demo, rows._replace(y=torch.where(rows.group == 0, 0, rows.y)))
    assert found.scores["eo"].isnan().all()
    assert found.scores["final_score"].isnan().all()
    assert judge.rank(found).isfinite().all()


@pytest.mark.parametrize("guard", [True, False])
def test_selection_takes_no_model_that_is_refused_before_another(demo, guard):
    """The experts are no better than chance at first; let the first two be right."""
    judge, found = judged(demo, guard=guard)
    right = (rows_of(demo).y == 1).float()
    proba = torch.stack([right, right, torch.ones_like(right)])
    criterion = judge.rank(found._replace(proba=proba))
    assert (criterion[2] < criterion[:2].min() - 5) == guard

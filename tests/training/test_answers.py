"""What mixtures answer on the splits: those on the same experts together, each as if alone."""

import numpy as np
import pytest
import torch

from fairmoe.config import Settings
from fairmoe.errors import CancelledError
from fairmoe.names import SPLITS
from fairmoe.nn import FEWER_PATH_STEPS, by_expert
from fairmoe.nn.mixture import PATH_STEPS
from fairmoe.progress import ignore_progress
from fairmoe.training import answers, make_batch, train
from fairmoe.training.answers import answers_of, mixture_answers, on_split

SETTINGS = Settings(epochs=8, gate_epochs=4, device="cpu")


@pytest.fixture(scope="module")
def mixture(demo):
    """Four runs: 0 and 2 share experts, 3 has those of 0 and a gate that takes one of them."""
    one = train(demo, [SETTINGS.replace(seed=seed) for seed in range(4)]).mixture
    with torch.no_grad():
        for parameter in one.experts.parameters():
            by_expert(parameter)[:, [2, 3]] = by_expert(parameter)[:, [0]]
        for name in ("weight2", "bias2"):
            one.gate.get_parameter(name)[3] = one.always(1).gate.get_parameter(name)[3]
            # Whatever was kept, these gates choose.
            one.gate.get_parameter(name)[:3] = (
                torch.linspace(-1, 1, 3 * 16 * 3)
                .view(3, 3, 16)[..., : 16 if name == "weight2" else 1]
                .view_as(one.gate.get_parameter(name)[:3])
            )
    return one


def test_runs_on_the_same_experts_are_one_stack_but_those_that_take_one_of_them(mixture):
    assert answers._alike(mixture, 9) == [[0, 2], [1], [3]]
    assert answers._alike(mixture, 1) == [[0], [1], [2], [3]]


def test_each_mixture_answers_as_if_alone(demo, mixture):
    told = []
    found = mixture_answers(demo, SETTINGS, mixture, told.append)
    assert {(report.phase, report.total) for report in told} == {("evaluate", 9)}
    assert [report.done for report in told] == sorted(report.done for report in told)
    assert len({each["test"].scores["acc"] for each in found}) > 1
    for run, of_run in enumerate(found):
        assert of_run.keys() == set(SPLITS)
        for split in SPLITS:
            rows = make_batch(getattr(demo, split).known(), slice(None), demo.n_groups)
            alone = on_split(mixture.select(run), split, len(rows.y))
            (expected,) = answers_of(
                alone, mixture.explainer, rows, demo.n_groups, SETTINGS, lambda: None
            )
            np.testing.assert_allclose(of_run[split].proba, expected.proba, atol=1e-5)
            assert of_run[split].scores == pytest.approx(expected.scores, abs=0.02)


@pytest.mark.parametrize(("many", "share"), [(10_000, 1), (100, 2)])
def test_rows_to_train_on_and_many_rows_are_explained_at_fewer_nodes(
    demo, mixture, monkeypatch, many, share
):
    monkeypatch.setattr(answers, "MANY_ROWS", many)
    steps = []

    def watch(stack, *rest):
        steps.append(stack.path_steps)
        return answers_of(stack, *rest)

    monkeypatch.setattr(answers, "answers_of", watch)
    mixture_answers(demo, SETTINGS, mixture.select(0), ignore_progress)
    assert steps == [each // share for each in (FEWER_PATH_STEPS, PATH_STEPS, PATH_STEPS)]


def test_stacks_are_no_larger_than_memory_allows(demo, mixture, monkeypatch):
    sizes = []

    def watch(stack, *rest):
        sizes.append(len(stack))
        return answers_of(stack, *rest)

    monkeypatch.setattr(answers, "answers_of", watch)
    mixture_answers(demo, SETTINGS, mixture, ignore_progress)
    monkeypatch.setattr(answers, "VALUES_AT_ONCE", 1)
    mixture_answers(demo, SETTINGS, mixture, ignore_progress)
    assert sizes == [2] * 3 + [1] * 6 + [1] * 12


def test_answers_can_be_stopped(demo, mixture):
    def stop(_):
        raise CancelledError

    with pytest.raises(CancelledError):
        mixture_answers(demo, SETTINGS, mixture, stop)

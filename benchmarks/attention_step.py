"""What the attention loss adds to a training step: on all rows, and on a sample of them."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import torch

from benchmarks.measure import Cell, Claim, Measured, alternate, median, ratio
from benchmarks.plain_loop import PlainExperts
from fairmoe.config import Settings
from fairmoe.data import (
    EncodedData,
    Roles,
    Sensitive,
    Target,
    assign_roles,
    encode,
    table_from_frame,
)
from fairmoe.explain import ROWS_IN_LOSS
from fairmoe.functional.attention import attention_loss, mean_attention
from fairmoe.training.batches import make_batch, resolve_weight_decay
from fairmoe.training.expert_phase import make_explainer
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.group_sample import GroupSample
from fairmoe.training.stack import Stack

ROWS, COLUMNS = 20_000, 77
DRAWS = 200
WITHOUT, WHOLE, SAMPLE = "without", "all rows", "sample"
STEPS = {"as by default": 5, "without steps of the adversaries' own": 0}


def measure() -> Measured:
    """Time a step with and without the attention loss, and the bias of sampling rows for it."""
    data = _random_rows()
    rows: list[dict[str, Cell]] = []
    claims = []
    for step, adversary_steps in STEPS.items():
        ours = {
            WITHOUT: Settings(dropout=0, lambda_attention=0),
            WHOLE: Settings(dropout=0, attention_rows=ROWS),
            SAMPLE: Settings(dropout=0),
        }
        settings = {
            way: resolve_weight_decay(one.replace(adversary_steps=adversary_steps), ROWS)
            for way, one in ours.items()
        }
        ways = {way: _step(data, one) for way, one in settings.items()}
        ways |= {
            f"plain PyTorch, {way}": _plain_step(data, settings[way]) for way in (WITHOUT, WHOLE)
        }
        seconds = alternate(ways)
        rows += [
            {
                "step": step,
                "attention loss": way,
                "milliseconds": 1000 * median(seconds, way),
                "ratio to without": ratio(seconds, way, WITHOUT),
            }
            for way in seconds
        ]
        claims += [
            Claim(f"{way}, {step}: times the step without", ratio(seconds, way, WITHOUT), bound)
            for way, bound in ((WHOLE, 3), (SAMPLE, 1.3))
        ]
    exact, bias, deviation = _bias(data)
    return Measured(
        rows,
        claims,
        [
            f"{ROWS} rows, {COLUMNS} columns; three experts and two adversaries of one setting, "
            "full losses, no dropout",
            f"the attention loss of all rows is {exact:.5f} nats; over {DRAWS} samples of "
            f"{ROWS_IN_LOSS['integrated_gradients']} its mean is {bias:+.5f} off, with a deviation "
            f"of {deviation:.5f}",
        ],
    )


def _trainer(data: EncodedData, settings: Settings) -> ExpertTrainer:
    batch, others = (
        make_batch(split, slice(None), data.n_groups) for split in (data.train, data.validation)
    )
    stack = Stack([settings], torch.device("cpu"))
    return ExpertTrainer(stack, [batch], others, data.n_groups, make_explainer(data, settings))


def _step(data: EncodedData, settings: Settings) -> Callable[[], object]:
    trainer = _trainer(data, settings)
    optimizers = trainer.optimizers()
    return lambda: trainer.epoch(optimizers, full=True, frozen=False)


def _plain_step(data: EncodedData, settings: Settings) -> Callable[[], object]:
    plain = PlainExperts(data, settings, like=_trainer(data, settings))
    batch = make_batch(data.train, slice(None), data.n_groups)
    return lambda: plain.step(batch, full=True)


@torch.no_grad()
def _bias(data: EncodedData) -> tuple[float, float, float]:
    """Return the attention loss of all rows, and mean and deviation of what samples add to it."""
    settings = resolve_weight_decay(Settings(), ROWS)
    experts, explainer = _trainer(data, settings).experts.part(), make_explainer(data, settings)
    batch = make_batch(data.train, slice(None), data.n_groups)
    sample, draws = GroupSample(batch, ROWS_IN_LOSS[explainer.method]), torch.Generator()
    exact = attention_loss(
        mean_attention(explainer.attributions(experts, batch.x), batch.averaging)
    )
    sampled = torch.stack(
        [
            attention_loss(
                mean_attention(
                    explainer.attributions(experts, sample.draw(draws.manual_seed(draw))),
                    sample.averaging,
                )
            )
            for draw in range(DRAWS)
        ]
    )
    # The last of the three experts is the procedural one.
    return exact[-1].item(), (sampled.mean(0) - exact)[-1].item(), sampled.std(0)[-1].item()


def _random_rows() -> EncodedData:
    """Return rows whose label rests on some columns, of two groups that some columns betray."""
    random = np.random.default_rng(0)
    group = random.integers(0, 2, ROWS * 5 // 3 + 1)
    x = random.normal(size=(len(group), COLUMNS)).astype(np.float32)
    x[:, :4] += 0.5 * group[:, None]
    positive = x[:, :8].sum(1) + random.normal(size=len(group)) > 0
    frame = pd.DataFrame(x, columns=[f"x{place}" for place in range(COLUMNS)])
    frame = frame.assign(group=np.where(group, "a", "b"), y=np.where(positive, "yes", "no"))
    roles = Roles(Target("y", positive=("yes",)), (Sensitive("group"),))
    return encode(assign_roles(table_from_frame(frame, name="random"), roles))

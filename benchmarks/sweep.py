"""The experts of many settings as one stack, against one after the other and a plain loop."""

import time

import torch
from torch import Tensor

from benchmarks.measure import Cell, Claim, Measured
from benchmarks.plain import PlainExperts
from benchmarks.tables import encoded
from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.training.batches import (
    Batch,
    make_batch,
    make_batches,
    resolve_schedule,
    resolve_weight_decay,
)
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.stack import Stack
from fairmoe.training.train import make_explainer

SETTINGS = 64
ALONE = 4
"""How many settings are trained one at a time; their mean stands for the others."""

EPOCHS = {"German": 6, "Adult": 2}
EXPECTED = {"German": 25.0, "Adult": 8.0}


def measure() -> Measured:
    """Time some epochs of cross-entropy and as many of the full losses, per setting."""
    rows: list[dict[str, Cell]] = []
    claims = []
    notes = [
        f"{SETTINGS} settings that differ in lambda_fair and lambda_attention; experts only, "
        f"without dropout so that all ways compute the same; the attention loss on all rows",
        f"one at a time: the mean of {ALONE} settings; epochs: {EPOCHS}, half of them with "
        "the full losses and five steps of the adversaries before each of the experts",
    ]
    for name, epochs in EPOCHS.items():
        data = encoded(name)
        settings = [
            resolve_weight_decay(
                Settings(
                    dropout=0,
                    lambda_fair=0.25 * (run % 8),
                    lambda_attention=0.25 + 0.25 * (run // 8),
                    attention_rows=len(data.train.y),
                ),
                len(data.train.y),
            )
            for run in range(SETTINGS)
        ]
        # What is called first pays for memory and caches.
        _ours(data, settings[:1], 2)
        stacked, together = _ours(data, settings, epochs)
        alone = [_ours(data, [one], epochs) for one in settings[:ALONE]]
        plain = [_plain(data, one, epochs) for one in settings[:ALONE]]
        each = {
            "at once": together / SETTINGS,
            "one at a time": sum(seconds for _, seconds in alone) / ALONE,
            "plain PyTorch": sum(seconds for _, seconds in plain) / ALONE,
        }
        rows += [
            {
                "data": name,
                "way": way,
                "CPU ms per setting and epoch": 1000 * seconds / epochs,
                "ratio to at once": seconds / each["at once"],
            }
            for way, seconds in each.items()
        ]
        for way in ("one at a time", "plain PyTorch"):
            gain = each[way] / each["at once"]
            claims.append(
                Claim(
                    f"{name}: at once, times as fast as {way}", gain, EXPECTED[name], at_least=True
                )
            )
        apart = [
            max(_distance(stacked, run, log_odds) for run, (log_odds, _) in enumerate(ways))
            for ways in (alone, plain)
        ]
        notes.append(
            f"{name}: log-odds of the validation rows differ by at most {apart[0]:.1e} from those "
            f"of one at a time, by {apart[1]:.1e} from the plain loop's"
        )
    return Measured(rows, claims, notes)


def _distance(stacked: Tensor, run: int, alone: Tensor) -> float:
    return (stacked[run::SETTINGS] - alone).abs().max().item()


def _batches(data: EncodedData) -> list[Batch]:
    schedule = resolve_schedule(Settings(), len(data.train.y))
    return make_batches(data.train, data.n_groups, schedule.batches, torch.device("cpu"))


def _trainer(data: EncodedData, settings: list[Settings]) -> ExpertTrainer:
    stack = Stack(settings, torch.device("cpu"))
    validation = make_batch(data.validation, slice(None), data.n_groups)
    explainer = make_explainer(data, stack.shared)
    return ExpertTrainer(stack, _batches(data), validation, data.n_groups, explainer)


def _ours(data: EncodedData, settings: list[Settings], epochs: int) -> tuple[Tensor, float]:
    """Return the log-odds of the validation rows, and the CPU seconds of the epochs."""
    trainer = _trainer(data, settings)
    optimizers = trainer.optimizers()
    started = time.process_time()
    for epoch in range(epochs):
        trainer.epoch(optimizers, full=epoch >= epochs // 2, frozen=0)
    seconds = time.process_time() - started
    with torch.no_grad():
        return trainer.experts.part().log_odds(torch.as_tensor(data.validation.x)), seconds


def _plain(data: EncodedData, settings: Settings, epochs: int) -> tuple[Tensor, float]:
    plain, batches = PlainExperts(data, settings, _trainer(data, [settings])), _batches(data)
    started = time.process_time()
    for epoch in range(epochs):
        for batch in batches:
            plain.step(batch, full=epoch >= epochs // 2)
    seconds = time.process_time() - started
    return plain.log_odds(torch.as_tensor(data.validation.x)), seconds

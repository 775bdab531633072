"""The experts of many settings as one stack, against one after the other and a plain loop."""

import time
from collections.abc import Callable, Sequence
from functools import partial

import torch
from torch import Tensor

from benchmarks.measure import Cell, Claim, Measured, Seconds, median, ratio
from benchmarks.plain_loop import PlainExperts
from benchmarks.tables import encoded
from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.nn import by_expert
from fairmoe.sweep.plan import make_shards
from fairmoe.training.batches import (
    Batch,
    make_batch,
    make_batches,
    resolve_schedule,
    resolve_weight_decay,
)
from fairmoe.training.expert_phase import make_explainer
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.stack import Stack

SETTINGS = 64
ALONE = 4
"""How many settings are trained one at a time; their mean stands for the others."""

TURNS = 3
EPOCHS = {"German": 20, "Adult": 2}
EXPECTED = {"German": 25.0, "Adult": 8.0}
AT_ONCE = "at once"
Way = Callable[[], tuple[Tensor, float]]


def measure() -> Measured:
    """Time some epochs of cross-entropy and as many of the full losses, per setting."""
    rows: list[dict[str, Cell]] = []
    claims = []
    notes = [
        f"{SETTINGS} settings that differ in lambda_fair and lambda_attention, in the stacks that "
        "a sweep cuts; experts only, without dropout so that all ways compute the same; the "
        "attention loss on all rows",
        f"one at a time: the mean of {ALONE} settings; epochs: {EPOCHS}, half of them with "
        "the full losses and five steps of the adversaries before each of the experts; "
        f"medians of {TURNS} turns",
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
        ways: dict[str, Way] = {
            AT_ONCE: partial(_each, partial(_ours, data, epochs), make_shards(settings, data)),
            "one at a time": partial(
                _each, partial(_ours, data, epochs), [[one] for one in settings[:ALONE]]
            ),
            "plain PyTorch": partial(
                _each, partial(_plain, data, epochs), [[one] for one in settings[:ALONE]]
            ),
        }
        log_odds, seconds = _in_turns(ways)
        for way in ways:
            gain = ratio(seconds, way, AT_ONCE)
            rows.append(
                {
                    "data": name,
                    "way": way,
                    "CPU ms per setting and epoch": 1000 * median(seconds, way) / epochs,
                    "ratio to at once": gain,
                }
            )
            if way != AT_ONCE:
                text = f"{name}: at once, times as fast as {way}"
                claims.append(Claim(text, gain, EXPECTED[name], at_least=True))
        apart = [(log_odds[AT_ONCE] - log_odds[way]).abs().max().item() for way in ways]
        notes.append(
            f"{name}: log-odds of the validation rows differ by at most {apart[1]:.1e} from those "
            f"of one at a time, by {apart[2]:.1e} from the plain loop's"
        )
    return Measured(rows, claims, notes)


def _in_turns(ways: dict[str, Way]) -> tuple[dict[str, Tensor], Seconds]:
    """Return what each way makes of the first settings, and its seconds per setting by turn."""
    seconds: Seconds = {way: [] for way in ways}
    computed = {}
    # What is called first pays for memory and caches.
    for turn in range(TURNS + 1):
        for way, call in ways.items():
            log_odds, taken = call()
            computed[way] = log_odds[:, :ALONE]
            if turn:
                seconds[way].append(taken)
    return computed, seconds


def _each(
    train: Callable[[Sequence[Settings]], tuple[Tensor, float]],
    stacks: Sequence[Sequence[Settings]],
) -> tuple[Tensor, float]:
    """Return the log-odds of all settings, **Shape** `(3, k, n)`, and the seconds of each."""
    log_odds, seconds = zip(*map(train, stacks), strict=True)
    return torch.cat(log_odds, 1), sum(seconds) / sum(map(len, stacks))


def _batches(data: EncodedData) -> list[Batch]:
    schedule = resolve_schedule(Settings(), len(data.train.y))
    cpu, least = torch.device("cpu"), Settings().rare_rows
    return make_batches(data.train, data.n_groups, schedule.batches, cpu, least=least)


def _trainer(data: EncodedData, settings: Sequence[Settings]) -> ExpertTrainer:
    stack = Stack(settings, torch.device("cpu"))
    validation = make_batch(data.validation, slice(None), data.n_groups)
    explainer = make_explainer(data, stack.shared)
    return ExpertTrainer(stack, _batches(data), validation, data.n_groups, explainer)


def _ours(data: EncodedData, epochs: int, settings: Sequence[Settings]) -> tuple[Tensor, float]:
    """Return the log-odds of the validation rows, and the CPU seconds of the epochs."""
    trainer = _trainer(data, settings)
    optimizers = trainer.optimizers()
    started = time.process_time()
    for epoch in range(epochs):
        trainer.epoch(optimizers, full=epoch >= epochs // 2, frozen=False)
    seconds = time.process_time() - started
    with torch.no_grad():
        log_odds = trainer.experts.part().log_odds(torch.as_tensor(data.validation.x))
    return by_expert(log_odds), seconds


def _plain(data: EncodedData, epochs: int, settings: Sequence[Settings]) -> tuple[Tensor, float]:
    (one,) = settings
    plain, batches = PlainExperts(data, one, _trainer(data, settings)), _batches(data)
    started = time.process_time()
    for epoch in range(epochs):
        for batch in batches:
            plain.step(batch, full=epoch >= epochs // 2)
    seconds = time.process_time() - started
    return plain.log_odds(torch.as_tensor(data.validation.x))[:, None], seconds

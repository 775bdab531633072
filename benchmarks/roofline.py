"""How far a training step is from the machine: its least work against the machine's peaks."""

import torch

from benchmarks.measure import Measured, alternate, median
from benchmarks.tables import encoded
from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.training.batches import (
    make_batch,
    make_batches,
    resolve_schedule,
    resolve_weight_decay,
)
from fairmoe.training.expert_phase import make_explainer
from fairmoe.training.experts import ExpertTrainer
from fairmoe.training.stack import Stack

SIDE, LONG = 1024, 2**25
FLOAT_BYTES = 4


def measure() -> Measured:
    """Time an epoch of the experts beside a large product and a large copy."""
    square, out = torch.randn(SIDE, SIDE), torch.empty(SIDE, SIDE)
    line, copy = torch.randn(LONG), torch.empty(LONG)
    peaks = alternate(
        {
            "product": lambda: torch.mm(square, square, out=out),
            "copy": lambda: copy.copy_(line),
        }
    )
    flops = 2 * SIDE**3 / median(peaks, "product")
    bandwidth = 2 * FLOAT_BYTES * LONG / median(peaks, "copy")
    rows = [
        _row(data, encoded(data), runs, flops, bandwidth)
        for data, runs in (("Demo", 1), ("Demo", 64), ("German", 64))
    ]
    return Measured(
        rows,
        notes=[
            f"peaks: {flops / 1e9:.0f} GFLOP/s in a product of {SIDE} x {SIDE}, "
            f"{bandwidth / 1e9:.0f} GB/s in a copy of {LONG * FLOAT_BYTES >> 20} MiB",
            "least: products of the first layers, there and back, and of the attributions at "
            "the peak of products, or each activation written once and read once at the peak of "
            "copies, whichever is more",
        ],
    )


def _row(
    name: str, data: EncodedData, runs: int, flops: float, bandwidth: float
) -> dict[str, str | int | float | None]:
    n, d = data.train.x.shape
    settings = [resolve_weight_decay(Settings(lambda_fair=0.1 * run), n) for run in range(runs)]
    stack = Stack(settings, torch.device("cpu"))
    schedule = resolve_schedule(stack.shared, len(data.train.y))
    batches = make_batches(
        data.train,
        data.n_groups,
        schedule.batches,
        stack.device,
        least=stack.shared.rare_rows,
    )
    validation = make_batch(data.validation, torch.arange(len(data.validation.y)), data.n_groups)
    trainer = ExpertTrainer(
        stack, batches, validation, data.n_groups, make_explainer(data, stack.shared)
    )
    optimizers = trainer.optimizers()
    seconds = alternate({"epoch": lambda: trainer.epoch(optimizers, full=True, frozen=False)}, 9)
    units = 3 * runs * stack.shared.hidden
    # Two products of the first layers, and three of the procedural experts' attributions.
    operations = 2 * n * d * units * (2 + 3 / 3)
    moved = 2 * FLOAT_BYTES * n * units * 2
    least = max(operations / flops, moved / bandwidth)
    took = median(seconds, "epoch")
    return {
        "data": name,
        "runs": runs,
        "MFLOP": operations / 1e6,
        "MB": moved / 1e6,
        "least ms": 1000 * least,
        "epoch ms": 1000 * took,
        "times the least": took / least,
    }

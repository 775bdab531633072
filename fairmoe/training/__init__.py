"""Two-phase training (section 9.1): the experts, then the gate, any number of runs at once."""

from fairmoe.training.batches import (
    Schedule,
    make_batch,
    resolve_device,
    resolve_schedule,
    resolve_weight_decay,
)
from fairmoe.training.cache import forget_experts
from fairmoe.training.selection import doubt, explain_rows
from fairmoe.training.stack import PER_RUN
from fairmoe.training.threads import on_one_thread
from fairmoe.training.train import (
    Trained,
    keep_experts_of,
    train,
    train_beginnings,
    train_experts,
)

__all__ = [
    "PER_RUN",
    "Schedule",
    "Trained",
    "doubt",
    "explain_rows",
    "forget_experts",
    "keep_experts_of",
    "make_batch",
    "on_one_thread",
    "resolve_device",
    "resolve_schedule",
    "resolve_weight_decay",
    "train",
    "train_beginnings",
    "train_experts",
]

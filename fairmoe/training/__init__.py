"""Two-phase training (section 9.1): the experts, then the gate, any number of runs at once."""

from fairmoe.training.batches import resolve_device
from fairmoe.training.cache import forget_experts
from fairmoe.training.selection import explain_rows
from fairmoe.training.threads import on_one_thread
from fairmoe.training.train import Trained, train, train_experts

__all__ = [
    "Trained",
    "explain_rows",
    "forget_experts",
    "on_one_thread",
    "resolve_device",
    "train",
    "train_experts",
]

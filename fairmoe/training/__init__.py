"""Two-phase training (section 9.1): the experts, then the gate, any number of runs at once."""

from fairmoe.training.batches import (
    Schedule,
    make_batch,
    resolve_device,
    resolve_schedule,
    resolve_weight_decay,
)
from fairmoe.training.cache import (
    KeptExpert,
    OwnExperts,
    experts_given,
    experts_of,
    forget_experts,
)
from fairmoe.training.duration import Size, expected_seconds, new_experts, sweep_seconds
from fairmoe.training.evaluation import Evaluation, evaluate, explain_rows, score_answers
from fairmoe.training.expert_phase import distinct_experts
from fairmoe.training.pace import PACE, learn_from, with_time_left
from fairmoe.training.selection import largest_standard_error
from fairmoe.training.stack import PER_RUN
from fairmoe.training.threads import on_one_thread
from fairmoe.training.train import (
    Trained,
    train,
    train_distinct_experts,
    train_experts,
    train_experts_with_fixed_gate,
)

__all__ = [
    "PACE",
    "PER_RUN",
    "Evaluation",
    "KeptExpert",
    "OwnExperts",
    "Schedule",
    "Size",
    "Trained",
    "distinct_experts",
    "evaluate",
    "expected_seconds",
    "experts_given",
    "experts_of",
    "explain_rows",
    "forget_experts",
    "largest_standard_error",
    "learn_from",
    "make_batch",
    "new_experts",
    "on_one_thread",
    "resolve_device",
    "resolve_schedule",
    "resolve_weight_decay",
    "score_answers",
    "sweep_seconds",
    "train",
    "train_distinct_experts",
    "train_experts",
    "train_experts_with_fixed_gate",
    "with_time_left",
]

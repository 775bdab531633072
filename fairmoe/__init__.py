"""fairmoe: train a fairness-aware mixture of experts and see what it does.

The names below are imported when they are first used, so that `import fairmoe` costs nothing and
reading a table needs no torch.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fairmoe.auditing import Audit, audit, audit_model
    from fairmoe.config import Settings
    from fairmoe.data import Existing, Roles, Sensitive, Table, Target, demo_table, read_table
    from fairmoe.errors import FairmoeError, InvalidInputError
    from fairmoe.estimator import FairMoEClassifier
    from fairmoe.experiment import prepare, run_experiment
    from fairmoe.exports import log_to_mlflow, onnx_inputs, to_onnx
    from fairmoe.runs import Run, load_run, save_run
    from fairmoe.sweep import Sweep, grid_settings, run_sweep

__all__ = [
    "Audit",
    "Existing",
    "FairMoEClassifier",
    "FairmoeError",
    "InvalidInputError",
    "Roles",
    "Run",
    "Sensitive",
    "Settings",
    "Sweep",
    "Table",
    "Target",
    "audit",
    "audit_model",
    "demo_table",
    "grid_settings",
    "load_run",
    "log_to_mlflow",
    "onnx_inputs",
    "prepare",
    "read_table",
    "run_experiment",
    "run_sweep",
    "save_run",
    "to_onnx",
]

_HOMES = {
    "fairmoe.auditing": ("Audit", "audit", "audit_model"),
    "fairmoe.config": ("Settings",),
    "fairmoe.data": (
        "Existing",
        "Roles",
        "Sensitive",
        "Table",
        "Target",
        "demo_table",
        "read_table",
    ),
    "fairmoe.errors": ("FairmoeError", "InvalidInputError"),
    "fairmoe.estimator": ("FairMoEClassifier",),
    "fairmoe.experiment": ("prepare", "run_experiment"),
    "fairmoe.exports": ("log_to_mlflow", "onnx_inputs", "to_onnx"),
    "fairmoe.runs": ("Run", "load_run", "save_run"),
    "fairmoe.sweep": ("Sweep", "grid_settings", "run_sweep"),
}
_HOME_OF = {name: module for module, names in _HOMES.items() for name in names}


def __getattr__(name: str) -> Any:
    if name not in _HOME_OF:
        msg = f"module 'fairmoe' has no attribute '{name}'"
        raise AttributeError(msg)
    return getattr(import_module(_HOME_OF[name]), name)

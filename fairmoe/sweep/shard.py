"""A shard: a stack of runs that is trained and scored at once, and travels as plain bytes."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from fairmoe.config import Settings
from fairmoe.data import EncodedData
from fairmoe.explain import Explainable
from fairmoe.functional.guard import find_faults
from fairmoe.names import METRICS, TRAINED_MODELS, SplitName
from fairmoe.nn import Mixture
from fairmoe.progress import OnProgress, Progress, ignore_progress
from fairmoe.runs import SCORED_SPLITS
from fairmoe.sweep.experts import read_experts
from fairmoe.sweep.sealed import FORMAT, complete, seal, unseal
from fairmoe.training import (
    Schedule,
    Trained,
    evaluate,
    experts_given,
    make_batch,
    on_one_thread,
    train,
)
from fairmoe.training.answers import on_split

_NAME = re.compile(r"shard-(\d+)-[0-9a-f]{16}-[0-9a-f]{16}\.safetensors")


@dataclass(frozen=True, eq=False)
class Shard:
    """What a shard found.

    Attributes:
        data_digest: Digest of the data it was trained on.
        settings: Of its `k` runs.
        scores: By split, **Shape** `(5, k, 12)`: models as in `TRAINED_MODELS`, metrics as in
            `METRICS`.
        alarming: By split, **Shape** `(5, k)`: which raise an alarm (`fairmoe.metrics.Alarm`).
    """

    data_digest: str
    settings: tuple[Settings, ...]
    scores: Mapping[SplitName, NDArray[np.float64]]
    alarming: Mapping[SplitName, NDArray[np.bool_]]


def shard_name(data_digest: str, settings: Sequence[Settings]) -> str:
    """Return the name of the shard of these runs on this data."""
    runs = hashlib.sha256("/".join(one.digest() for one in settings).encode())
    return f"{data_prefix(data_digest)}{runs.hexdigest()[:16]}.safetensors"


def data_prefix(data_digest: str) -> str:
    """Return how the names of all shards of some data begin."""
    return f"shard-{FORMAT}-{data_digest[:16]}-"


def version_of(name: str) -> int | None:
    """Return of which version a shard of that name is, of whatever data; None if it is none."""
    found = _NAME.fullmatch(name)
    return int(found[1]) if found else None


@on_one_thread()
def compute_shard(
    data: EncodedData,
    settings: Sequence[Settings],
    experts: bytes | None = None,
    on_progress: OnProgress = ignore_progress,
) -> bytes:
    """Train and score a stack of runs.

    Args:
        data: What to train on.
        settings: Of the runs; they may differ in `fairmoe.training.PER_RUN` only.
        experts: Those of the runs that are trained already, as `compute_experts` returns them.
        on_progress: Is told of the progress; stops the work by raising.

    Returns:
        The shard with its weights and curves, for `read_shard` and `read_trained`. What loads it
        runs no code of it.

    Raises:
        UnavailableError: A GPU was asked for and there is none.
        CancelledError: `on_progress` said so.
    """
    with experts_given(read_experts(experts) if experts else {}):
        trained = train(data, settings, on_progress=on_progress)
    mixture = trained.mixture
    tensors = {f"weights/{name}": value for name, value in mixture.state_dict().items()}
    for i, (_, figures) in enumerate(trained.curves.values()):
        tensors[f"curves/{i}"] = figures
    experts_once, places = mixture.distinct_experts()
    models: tuple[tuple[Explainable, Tensor | slice], ...] = (
        (mixture, slice(None)),
        (experts_once, places.expand(-1, len(mixture)).flatten()),
        (mixture.uniform(), slice(None)),
    )
    for done, split in enumerate(SCORED_SPLITS):
        report = Progress("evaluate", done, len(SCORED_SPLITS))
        on_part = partial(on_progress, report)
        of_models = [
            score_split(model, mixture, data, split, settings[0], on_part, places=places)
            for model, places in models
        ]
        for name, parts in zip(("scores", "alarming"), zip(*of_models, strict=True), strict=True):
            # The experts are three blocks of k members, all others one.
            tensors[f"{name}/{split}"] = torch.cat(parts).view(
                len(TRAINED_MODELS), len(mixture), *parts[0].shape[1:]
            )
    record = {
        "data": data.digest,
        "settings": [one.to_dict() for one in settings],
        "mixture": mixture.spec(),
        "curves": [[*key, list(epochs)] for key, (epochs, _) in trained.curves.items()],
        "schedule": trained.schedule._asdict(),
        "device": trained.device,
        "seconds": trained.seconds,
        "experts_reused": trained.experts_reused,
    }
    return seal(record, tensors)


def read_shard(content: bytes) -> Shard:
    """Return the data digest, the settings, the scores and the alarms of a shard.

    Raises:
        InvalidInputError: The bytes are no shard, are damaged, or hold settings of another version.
    """
    record, tensors = unseal(content)
    with complete():
        return Shard(
            data_digest=record["data"],
            settings=tuple(Settings.from_dict(one) for one in record["settings"]),
            scores={split: tensors[f"scores/{split}"].numpy() for split in SCORED_SPLITS},
            alarming={split: tensors[f"alarming/{split}"].numpy() for split in SCORED_SPLITS},
        )


def read_trained(content: bytes) -> Trained:
    """Return the trained stack that a shard holds, as `train` returned it.

    Raises:
        InvalidInputError: The bytes are no shard, or are damaged.
    """
    record, tensors = unseal(content)
    state = {name[8:]: value for name, value in tensors.items() if name.startswith("weights/")}
    with complete():
        return _trained(record, tensors, Mixture.from_state(record["mixture"], state))


def _trained(record: Mapping[str, Any], tensors: Mapping[str, Tensor], mixture: Mixture) -> Trained:
    return Trained(
        mixture=mixture.eval().requires_grad_(requires_grad=False),
        curves={
            (phase, name): (tuple(epochs), tensors[f"curves/{i}"])
            for i, (phase, name, epochs) in enumerate(record["curves"])
        },
        schedule=Schedule(**record["schedule"]),
        device=record["device"],
        seconds=record["seconds"],
        experts_reused=tuple(record["experts_reused"]),
    )


def score_split(
    model: Explainable,
    mixture: Mixture,
    data: EncodedData,
    split: SplitName,
    shared: Settings,
    on_part: Callable[[], None],
    *,
    places: Tensor | slice = slice(None),
) -> tuple[Tensor, Tensor]:
    """Return the twelve scores `(m, 12)` of models, and which of them raise an alarm `(m,)`.

    Args:
        model: A stack that has each of the models at least once.
        mixture: Of the same `k` runs; has the utility experts that all are compared with.
        data: Has the rows.
        split: Which of them.
        shared: What scores depend on.
        on_part: Is called after each part of the rows; stops the work by raising.
        places: **Shape** `(m,)`. Which of the stack the models are, `k` or a multiple of it; all
            of them, if they are left out.
    """
    rows = make_batch(getattr(data, split).known(), slice(None), data.n_groups)
    explained = on_split(model, split, len(rows.y))
    found = evaluate(explained, mixture.explainer, rows, data.n_groups, shared, on_part)
    plain, decisions = mixture.expert_proba(rows.x)[0] > 0.5, found.decisions[places]
    faults = find_faults(
        decisions,
        rows.y == 1,
        group=rows.group,
        n_groups=data.n_groups,
        plain=plain.repeat(len(decisions) // len(plain), 1),
        favourable=data.favourable,
        choosing=False,
        weights=rows.weights,
    )
    return torch.stack([found.scores[name][places] for name in METRICS], -1), faults.any

"""How the methods of others score on the rows of a run, each fitted for a criterion."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal, Self

import pandas as pd
from pydantic import Field, model_validator

from fairmoe.names import FairlearnMethod, GapName
from fairmoe.runs.schema import Score, Strict, check_known

Criterion = Literal["demographic_parity", "equal_opportunity"]

CRITERIA: Mapping[GapName, Criterion] = {"dp": "demographic_parity", "eo": "equal_opportunity"}
"""What methods of Fairlearn can be fitted for, by the gap in which that shows."""

MAX_PEERS = 256
"""How many fits a project tells of."""


@dataclass(frozen=True)
class PeerScores:
    """One of Fairlearn's methods, fitted with one setting.

    Attributes:
        method: Which one.
        setting: See `fairmoe.baselines.MethodInfo.setting`.
        criterion: What it was fitted for.
        validation: The scores on the validation rows, with gaps between the groups by which their
            run is told of; NaN for those of explanations.
        test: The same on the test rows.
        compared: Whether these gaps leave out groups of too few people, as all are told; fits that
            were kept before they did may count every group.
    """

    method: FairlearnMethod
    setting: float
    criterion: Criterion
    validation: Mapping[str, float]
    test: Mapping[str, float]
    compared: bool = True


def peer_table(
    peers: Iterable[PeerScores], gap: GapName, split: Literal["test", "validation"] = "test"
) -> pd.DataFrame:
    """Return the fits that were made for a gap, in their order.

    Args:
        peers: Fits.
        gap: By which they are judged; for gaps that are in no criterion there are none.
        split: On which rows.

    Returns:
        One row a fit: its `method`; `gap` and `accuracy` in [0, 1]; `detail`, its setting in words;
        and `compared`, see `PeerScores`.
    """
    rows = []
    for peer in peers:
        if peer.criterion == CRITERIA.get(gap):
            scores = peer.test if split == "test" else peer.validation
            place = (peer.method, scores[gap], scores["acc"])
            rows.append((*place, f"setting {peer.setting:.3g}", peer.compared))
    return pd.DataFrame(rows, columns=["method", "gap", "accuracy", "detail", "compared"])


class PeerRecord(Strict):
    """A fit as a project holds it."""

    method: FairlearnMethod
    setting: Annotated[float, Field(ge=0, le=1000)]
    criterion: Criterion
    validation: dict[str, Score]
    test: dict[str, Score]
    compared: bool = False

    @model_validator(mode="after")
    def _check(self) -> Self:
        for scores in (self.validation, self.test):
            check_known({"mixture": scores})
        return self


def record_of(peer: PeerScores) -> dict[str, Any]:
    """Return a fit, ready for strict JSON; None stands for what cannot be estimated."""
    scores = {
        split: {name: float(v) if math.isfinite(v) else None for name, v in told.items()}
        for split, told in (("validation", peer.validation), ("test", peer.test))
    }
    own = {"method": peer.method, "setting": float(peer.setting), "criterion": peer.criterion}
    return own | scores | {"compared": peer.compared}


def peer_of(record: PeerRecord) -> PeerScores:
    """Return the fit that a record is of."""
    validation, test = (
        {name: math.nan if value is None else value for name, value in told.items()}
        for told in (record.validation, record.test)
    )
    return PeerScores(
        record.method, record.setting, record.criterion, validation, test, record.compared
    )

"""On which columns the mixture rests, as a report says it."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.attention import (
    attention_differences,
    divergence_parts,
    mean_attention,
    reasons_of,
)
from fairmoe.data import LabelledTable
from fairmoe.metrics import PermutationTest, attention_test
from fairmoe.runs import Run

SHUFFLINGS = 1000
"""How often the groups are shuffled to test their attention: it takes a second on 6,500 rows."""


@dataclass(frozen=True, eq=False)
class Attention:
    """Which columns the mixture rests on.

    Attributes:
        means: As `fairmoe.analysis.attention.mean_attention` returns it.
        differences: Each group against the others, by its name, as
            `fairmoe.analysis.attention.attention_differences` returns it.
        parts: As `fairmoe.analysis.attention.divergence_parts` returns it.
        test: The distance between the groups' attention, in bits.
    """

    means: pd.DataFrame
    differences: Mapping[str, pd.DataFrame]
    parts: "pd.Series[float]"
    test: PermutationTest


def attention_of(run: Run, labelled: LabelledTable) -> Attention:
    """Return on which columns the mixture of a run rests, on its test rows.

    Args:
        run: The run.
        labelled: The table that it was trained on.
    """
    reasons = reasons_of(rows_of_run(run, labelled, "test"), "mixture")
    names = reasons.group_names
    return Attention(
        means=mean_attention(reasons),
        differences={name: attention_differences(reasons, g) for g, name in enumerate(names)},
        parts=divergence_parts(reasons),
        test=attention_test(
            reasons.attention, group=reasons.group, n_groups=len(names), n_permutations=SHUFFLINGS
        ),
    )

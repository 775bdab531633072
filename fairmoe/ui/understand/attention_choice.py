"""Which model, rows and group Attention is about."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from fairmoe.data.people import people_of
from fairmoe.figures.attention import MOST_GROUPS
from fairmoe.names import MODELS, TRAINED_MODELS, Model, SplitName
from fairmoe.sentences.attention import columns_drawn, differences_lead
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.results import describe
from fairmoe.ui.understand.rows import rows_in

if TYPE_CHECKING:
    import plotly.graph_objects as go

    from fairmoe.analysis.attention import Reasons
    from fairmoe.runs import Run


@dataclass(frozen=True, eq=False)
class Asked:
    """What the page is about.

    Attributes:
        kept: The run.
        split: The rows.
        model: One of its models.
        reasons: What the model relies on in these rows.
        group: The group that is compared with the others.
    """

    kept: KeptRun
    split: SplitName
    model: "Model"
    reasons: "Reasons"
    group: int

    @property
    def run(self) -> "Run":
        """The run itself."""
        return self.kept.run

    @cached_property
    def differences(self) -> pd.DataFrame:
        """As `fairmoe.analysis.attention.attention_differences` returns them."""
        from fairmoe.analysis.attention import attention_differences  # noqa: PLC0415

        return attention_differences(self.reasons, self.group)

    @property
    def others(self) -> str:
        """Whom the group is compared with."""
        names = self.reasons.group_names
        return names[-1] if len(names) == 2 else "the other groups"

    @property
    def lead(self) -> str:
        """What the model relies on more or less for the group, in a sentence."""
        group, people = self.reasons.group_names[self.group], self.people
        return differences_lead(
            self.differences,
            people[group],
            people.get(self.others, self.others),
            len(self.reasons.group),
        )

    @cached_property
    def people(self) -> dict[str, str]:
        """How a sentence speaks of the people of each group."""
        return people_of(self.reasons.group_names, self.run.roles)

    def in_words(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return a frame with a column `group` as sentences speak of the groups."""
        return frame.assign(group=[self.people[str(name)] for name in frame["group"]])

    @property
    def key(self) -> str:
        """Tells it from others in the keys of widgets."""
        return f"{self.split}-{self.model}"

    @property
    def what(self) -> tuple[str, ...]:
        """Tells it from others in what the session remembers."""
        return self.run.run_id, self.split, self.model

    @property
    def source(self) -> str:
        """What figures of the chosen group are drawn from."""
        return f"{MODELS[self.model]}; {describe(self.run, self.split)}"

    @property
    def source_of_groups(self) -> str:
        """What figures with all groups are drawn from."""
        many = len(self.reasons.group_names)
        largest = f" Of {many} groups the {MOST_GROUPS} largest are drawn."
        return f"{self.source}{largest if many > MOST_GROUPS else ''}"

    def source_of(self, figure: "go.Figure") -> str:
        """What a figure by column and group is drawn from, and how many columns it has room for.

        Args:
            figure: Its rows are the columns of the table.
        """
        drawn = len(figure.layout.yaxis.tickvals)
        return f"{self.source_of_groups} {columns_drawn(drawn, len(self.reasons.columns))}".rstrip()


def asking(
    show: Callable[[Session, Asked], None],
) -> Callable[[Session, KeptRun, SplitName], None]:
    """Return what lets the user choose model and group, and then shows a part of the page."""
    return lambda state, kept, split: show(state, _ask_reasons(state, kept, split))


def _ask_reasons(state: Session, kept: KeptRun, split: SplitName) -> Asked:
    """Let the user choose model and group, and explain the rows."""
    from fairmoe.analysis.attention import reasons_of  # noqa: PLC0415

    with st.container(horizontal=True):
        model: Model = st.selectbox(
            "Model",
            TRAINED_MODELS,
            format_func=lambda key: MODELS[key],
            key="attention-model",
            bind="query-params",
            persist_state="session",
            width=280,
        )
        group = _ask_group(kept)
    with st.spinner("Explaining every row"):
        reasons = state.once(
            ("reasons", kept.run.run_id, split, model),
            lambda: reasons_of(rows_in(state, kept, split), model),
        )
    return Asked(kept, split, model, reasons, group)


def _ask_group(kept: KeptRun) -> int:
    """Let the user choose which of more than two groups is compared with the others."""
    from fairmoe.analysis.gap_sides import worst_and_best_off  # noqa: PLC0415

    names = list(kept.run.data.groups)
    if len(names) == 2:
        return 0
    group: int = st.selectbox(
        "Group",
        range(len(names)),
        index=worst_and_best_off(kept.run)[0],
        format_func=names.__getitem__,
        key=f"attention-group-{kept.run.run_id}",
        persist_state="session",
        width=280,
        help="It is compared with the mean of the other groups, each of which counts the same.",
    )
    return group

"""Other cut-offs for a finished run: set, seen at once, and saved as a variant."""

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.names import MIXTURE_AND_EXPERTS
from fairmoe.sentences.cutoffs import (
    BY_GROUP_MAY_BE_UNLAWFUL,
    CHOSEN_AND_SHOWN,
    cutoffs_in_words,
    simple_or_mixture,
)
from fairmoe.ui.frame.components import (
    apologies,
    show_note,
    show_warning,
)
from fairmoe.ui.frame.of_table import of_table
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.cutoffs_effect import AS_TRAINED, show_effect
from fairmoe.ui.understand.judged import Judged

if TYPE_CHECKING:
    from fairmoe.analysis import Costs
    from fairmoe.analysis.cutoffs import EqualRate

_ALL, _EACH = "One for all", "One for each group"
_LEAST, _GAP, _HAND = "Least cost", "A gap of at most ...", "By hand"
_SAME: "dict[str, EqualRate]" = {
    "Same approval rate": "selection_rate",
    "Same true positive rate": "true_positive_rate",
    "Same false positive rate": "false_positive_rate",
}
_GAPS: "dict[EqualRate, str]" = {
    "selection_rate": "approval rate",
    "true_positive_rate": "true positive rate",
    "false_positive_rate": "false positive rate",
}


@dataclass(frozen=True)
class _Asked:
    """What is asked of the thresholds; `by_hand` are the thresholds themselves."""

    by_group: bool
    costs: "Costs"
    equal: "EqualRate | None" = None
    max_gap: float = 0.0
    by_hand: tuple[float, ...] | None = None


def show_cutoffs(state: Session, judged: Judged) -> None:
    """Let the user set thresholds, and show at once what they do to accuracy, gaps and people."""
    run = judged.run
    if run.cutoffs is not None:
        # A cut-off is of each group that the run was trained with, also of those that are one here.
        names = list((run.unmerged or run).data.groups)
        told = cutoffs_in_words(names, run.cutoffs.thresholds, run.data.words[0])
        show_note(
            escape_markdown(f"{told} Show the run that this is a variant of to set others."),
            icon=":material/tune:",
        )
        return
    asked = _ask(judged)
    thresholds = _thresholds(state, judged, asked)
    positive, other = run.data.words
    if len(set(thresholds)) > 1:
        show_warning(
            escape_markdown(BY_GROUP_MAY_BE_UNLAWFUL.format(positive=positive, other=other)),
            icon=":material/gavel:",
        )
    st.markdown(escape_markdown(cutoffs_in_words(list(run.data.groups), thresholds, positive)))
    show_effect(judged, thresholds, asked.costs)
    st.caption(
        f"{CHOSEN_AND_SHOWN.format(split=judged.split)} {escape_markdown(_simple(state, judged))}"
    )
    _save(state, judged, thresholds)


def _ask(judged: Judged) -> _Asked:
    from fairmoe.analysis import Costs  # noqa: PLC0415

    positive, other = judged.run.data.words
    own = partial(of_table, sha256=judged.run.data.sha256)
    with st.container(horizontal=True):
        who = _choice("Cut-offs", [_ALL, _EACH], own("cutoffs-who"))
        by_group = who == _EACH
        ways = [_HAND, _LEAST, *(_SAME if by_group else ()), _GAP]
        way = _choice("Set them", ways, own(f"cutoffs-way-{by_group}"))
        wrong_yes, wrong_no = (
            st.number_input(
                f"Cost of a wrong “{escape_markdown(word)}”",
                min_value=0.0,
                value=1.0,
                step=1.0,
                format="%g",
                key=own(f"cutoffs-cost-{place}"),
                persist_state="session",
                width=210,
            )
            for place, word in enumerate((positive, other))
        )
        equal, max_gap = _SAME.get(way), 0.0
        if way == _GAP:
            equal = st.selectbox(
                "Gap in",
                list(_GAPS),
                format_func=_GAPS.__getitem__,
                key=own("cutoffs-gap-in"),
                persist_state="session",
                width=220,
            )
            max_gap = st.number_input(
                "At most (pp)",
                min_value=0.0,
                max_value=100.0,
                value=5.0,
                step=1.0,
                format="%g",
                key=own("cutoffs-gap"),
                persist_state="session",
                width=160,
            )
    costs = Costs() if wrong_yes == wrong_no == 0 else Costs(wrong_yes, wrong_no)
    by_hand = _by_hand(judged, by_group=by_group) if way == _HAND else None
    return _Asked(by_group, costs, equal, max_gap / 100, by_hand)


def _choice(label: str, options: list[str], key: str) -> str:
    return st.segmented_control(
        label, options, default=options[0], required=True, key=key, persist_state="session"
    )


def _by_hand(judged: Judged, *, by_group: bool) -> tuple[float, ...]:
    groups = list(judged.run.data.groups)
    names = groups if by_group else ["Everyone"]
    found = []
    with st.grid(3, min_column_width=200):
        for place, name in enumerate(names):
            found.append(
                st.slider(
                    escape_markdown(name),
                    0.01,
                    0.99,
                    AS_TRAINED,
                    0.01,
                    key=f"cutoffs-at-{judged.run.run_id}-{by_group}-{place}",
                    persist_state="session",
                )
            )
    return tuple(found) if by_group else (found[0],) * len(groups)


def _thresholds(state: Session, judged: Judged, asked: _Asked) -> tuple[float, ...]:
    from fairmoe.analysis import choose_cutoffs  # noqa: PLC0415

    if asked.by_hand is not None:
        return asked.by_hand
    record = judged.run.splits["validation"]
    return state.once(
        ("cutoffs", judged.run.run_id, judged.model, asked),
        lambda: choose_cutoffs(
            record.y_true,
            record.proba[judged.model],
            group=record.group,
            n_groups=len(judged.run.data.groups),
            by_group=asked.by_group,
            equal=asked.equal,
            max_gap=asked.max_gap,
            costs=asked.costs,
            sample_weight=record.weight,
        ),
    )


def _simple(state: Session, judged: Judged) -> str:
    """Say whether thresholds by group on the utility expert do as well as the mixture."""
    from fairmoe.analysis.effects import compare_simple_tool  # noqa: PLC0415

    found = state.once(
        ("simple tool", judged.run.run_id, judged.split),
        lambda: compare_simple_tool(judged.run, judged.split),
    )
    return simple_or_mixture(*found)


def _save(state: Session, judged: Judged, thresholds: tuple[float, ...]) -> None:
    if judged.model not in MIXTURE_AND_EXPERTS:
        return
    kept = state.kept
    assert kept is not None
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.text_input(
            "Name of the variant",
            f"{kept.name}, cut-offs",
            key=f"cutoffs-name-{kept.run.run_id}",
            width=320,
        )
        pressed = st.button(
            "Save as a variant",
            icon=":material/save:",
            key="cutoffs-save",
            help="A variant is a run of its own: choose it in the sidebar, report it, keep it, "
            "predict with it. With a cut-off for each group, rows to predict need the sensitive "
            "columns.",
        )
    if pressed:
        from fairmoe.analysis import variant_of  # noqa: PLC0415
        from fairmoe.runs import Cutoffs, told_thresholds  # noqa: PLC0415

        with apologies(), st.spinner(Markdown("Scoring the variant")):
            of_groups = told_thresholds(kept.run, judged.run, thresholds)
            cutoffs = Cutoffs(judged.model, of_groups, (name or "").strip())
            state.keep(variant_of(kept.run, kept.labelled, cutoffs), kept.labelled, cutoffs.name)
            st.rerun()

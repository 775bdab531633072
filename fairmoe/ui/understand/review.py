"""What a reviewer asks of one model: gaps with verdicts, ratios, groups beside a reference."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.gaps import gaps_figure
from fairmoe.names import INSUFFICIENT
from fairmoe.sentences.front_page import verdicts_in_words
from fairmoe.sentences.reviews import clear_differences, gaps_of_the_bad, gaps_takeaway
from fairmoe.ui.frame.components import NUMBERS, NUMBERS_ICON, show_chart
from fairmoe.ui.frame.of_table import TOLERANCE, of_table
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.judged import Judged
from fairmoe.ui.understand.review_tables import (
    share_in_words,
    show_comparisons,
    show_gaps,
    show_ratios,
    show_texts,
)

if TYPE_CHECKING:
    from fairmoe.metrics import Review

_NOT_SEEN = "not applicable: the models do not see the sensitive attribute"
_NO_EXPERT = "not applicable: only single experts have one representation"


def show_review(state: Session, judged: Judged) -> None:
    """Show all gaps of a model, with a tolerance and a reference of the reviewer's choice."""
    reference, tolerance = _ask(judged)
    run = judged.run
    review = reviewed(state, judged, reference, tolerance)
    told = clear_differences(
        review.comparisons,
        words=run.data.words,
        reference=review.reference,
        apart=review.apart,
        people=judged.people,
    )
    st.markdown(escape_markdown(told))
    if tolerance is not None:
        st.markdown(escape_markdown(verdicts_in_words(review.differences, tolerance)))
    takeaway = gaps_takeaway(review.differences, judged.rates, run.data.words, judged.people)
    of_the_bad = gaps_of_the_bad(run.data.words, run.roles.target.favourable)
    show_chart(
        state.drawn(
            ("gaps", *_key(judged, reference, tolerance)),
            lambda: gaps_figure(review.differences, tolerance),
        ),
        takeaway=takeaway,
        source=f"{judged.source} Bars are 95% intervals. {of_the_bad}".strip(),
        key=f"gaps-{judged.key}",
    )
    numbers = st.expander(NUMBERS, icon=NUMBERS_ICON, key="review-open", on_change="rerun")
    if numbers.open:
        with numbers:
            show_gaps(review, run.data.words, key=judged.key, alt=takeaway)
            show_ratios(review, judged)
            show_comparisons(review, judged)
            _show_others(state, review, judged)


def reviewed(
    state: Session, judged: Judged, reference: str | None = None, tolerance: float | None = None
) -> "Review":
    """Return the review of a model, computed once per session; see `fairmoe.runs.Run.review`."""
    run = judged.run
    return state.once(
        ("review", *_key(judged, reference, tolerance)),
        lambda: run.review(
            judged.model, split=judged.split, reference=reference, tolerance=tolerance
        ),
    )


def ask_tolerance(sha256: str) -> float | None:
    """Ask for the largest gap that the reviewer accepts; the pages share the answer.

    Args:
        sha256: The digest of the table that it is for.

    Returns:
        In [0, 1].
    """
    percent: float | None = st.number_input(
        "Tolerance (pp)",
        min_value=0.0,
        max_value=100.0,
        value=None,
        step=1.0,
        format="%g",
        placeholder="none",
        key=of_table(TOLERANCE, sha256),
        persist_state="session",
        bind="query-params",
        width=130,
        help="The largest gap that you accept, in percentage points (differences of rates). "
        "Each gap then gets one of three verdicts: within, exceeds, or cannot be told "
        "because the interval of the gap contains it.",
    )
    return None if percent is None else percent / 100


def _key(judged: Judged, reference: str | None, tolerance: float | None) -> tuple[Any, ...]:
    run = judged.run
    return run.run_id, run.roles.target, judged.split, judged.model, reference, tolerance


def _ask(judged: Judged) -> tuple[str | None, float | None]:
    groups = list(judged.run.data.groups)
    with st.container(horizontal=True):
        tolerance = ask_tolerance(judged.run.data.sha256)
        reference = st.selectbox(
            "Compare with",
            groups,
            index=None,
            placeholder="the largest group",
            key=f"review-reference-{judged.run.run_id}",
            persist_state="session",
            width=280,
            help="The reference: each other group is compared with it. By default the largest.",
        )
    return reference, tolerance


def _show_others(state: Session, review: "Review", judged: Judged) -> None:
    from fairmoe.analysis import review_run  # noqa: PLC0415

    kept = state.kept
    assert kept is not None
    full = state.once(
        ("review of rows", judged.run.run_id, judged.split, judged.model, kept.rows is None),
        lambda: (
            kept.run.review(judged.model, split=judged.split)
            if kept.rows is None
            else review_run(kept.run, kept.rows, judged.model, split=judged.split)
        ),
    )
    flips = full.flip_rate, INSUFFICIENT if kept.run.roles.include_sensitive else _NOT_SEEN
    distance = full.representation_difference
    values = {
        "Calibration difference": share_in_words(review.calibration_difference, " pp"),
        "Flip rate": flips[1] if pd.isna(flips[0]) else share_in_words(flips[0]),
        "Representation gap": _NO_EXPERT if pd.isna(distance) else f"{distance:.3f}",
    }
    meanings = [
        "Largest gap between groups in expected calibration error.",
        "Share of people whose decision another sensitive value would change.",
        "Distance between the groups' mean hidden vectors.",
    ]
    frame = pd.DataFrame(
        {
            "value": [review.calibration_difference, full.flip_rate, distance],
            "about": meanings,
        },
        index=pd.Index(list(values), name="measure"),
    )
    show_texts(
        {"value": ("Value", list(values.values())), "about": ("Is", meanings)},
        index=frame.index.rename("Measure"),
        key=f"others-table-{judged.key}",
        alt=". ".join(f"{name}: {value}" for name, value in values.items()),
        csv=frame,
    )

"""What a reviewer asks of one model: gaps with verdicts, ratios, groups beside a reference."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.gaps import gaps_figure
from fairmoe.names import GAP_MEASURES, INSUFFICIENT
from fairmoe.sentences.front_page import verdicts_in_words
from fairmoe.sentences.reviews import (
    FOUR_FIFTHS_EXPLAINED,
    clear_differences,
    farthest_first,
    four_fifths,
    gaps_takeaway,
    rate_in_words,
    verdict_in_words,
    with_interval,
)
from fairmoe.sentences.wording import p_value
from fairmoe.ui.frame.components import NUMBERS, NUMBERS_ICON, show_chart, show_table
from fairmoe.ui.frame.of_table import TOLERANCE, of_table
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.criterion import of_whom_opportunity_is
from fairmoe.ui.understand.judged import Judged

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
    show_chart(
        state.drawn(
            ("gaps", *_key(judged, reference, tolerance)),
            lambda: gaps_figure(review.differences, tolerance),
        ),
        takeaway=gaps_takeaway(review.differences, judged.people),
        source=f"{judged.source} Bars are 95% intervals.{of_whom_opportunity_is(judged.run)}",
        key=f"gaps-{judged.key}",
    )
    numbers = st.expander(NUMBERS, icon=NUMBERS_ICON, key="review-open", on_change="rerun")
    if numbers.open:
        with numbers:
            show_gaps(review, key=judged.key)
            _show_ratios(review, judged)
            _show_comparisons(review, judged)
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


def show_gaps(review: "Review", *, key: str, small: tuple[str, ...] | None = None) -> None:
    """Show the gaps of a review as a table.

    Args:
        review: The review.
        key: Tells the table from others of its page.
        small: See `fairmoe.ui.frame.components.show_table`.
    """
    table = review.differences
    between = [
        INSUFFICIENT if not high else f"{high} (highest), {low} (lowest)"
        for high, low in zip(table["highest"], table["lowest"], strict=True)
    ]
    shown = {
        "gap": ("Gap, with 95% interval", _cells(table, " pp", review.tolerance)),
        "between": ("Between", between),
        "n": ("People", [f"{n:,}" for n in table["n"]]),
    }
    if review.tolerance is not None:
        shown["verdict"] = (
            "Verdict",
            list(map(verdict_in_words, table["verdict"], table["value"])),
        )
    _show(
        shown,
        index=pd.Index([GAP_MEASURES[str(name)] for name in table.index], name="Measure"),
        key=f"gaps-table-{key}",
        alt=gaps_takeaway(table),
        csv=table,
        small=small,
    )


def _show_ratios(review: "Review", judged: Judged) -> None:
    good = judged.run.good_and_bad[0]
    st.markdown(
        escape_markdown(f"{four_fifths(review.ratio, good)} {FOUR_FIFTHS_EXPLAINED}"),
    )
    table = review.ratios
    to_reference = [
        "reference" if name == review.reference else cell
        for name, cell in zip(
            table.index,
            _cells(table.assign(value=table["to_reference"]), "%"),
            strict=True,
        )
    ]
    _show(
        {
            "n": ("People", [f"{n:,}" for n in table["n"]]),
            "value": (f"Given “{good}”", [f"{100 * value:.1f}%" for value in table["value"]]),
            "highest": (
                "Of the highest rate",
                [_share(value) for value in table["to_highest"]],
            ),
            "reference": (f"Of the rate of {review.reference}, with 95% interval", to_reference),
        },
        index=table.index.rename("Group"),
        key=f"ratios-table-{judged.key}",
        alt=four_fifths(review.ratio, good),
        csv=table,
    )


def _show_comparisons(review: "Review", judged: Judged) -> None:
    table, words = farthest_first(review.comparisons), judged.run.data.words
    st.markdown(
        escape_markdown(
            f"Each group against {review.reference}: intervals hold for all groups at once, "
            "p-values (how often chance alone would make such a difference) are of one pair each, "
            "made larger the more pairs are compared (Holm's method)."
        )
    )
    _show(
        {
            "rate": ("Rate", [rate_in_words(rate, words) for rate in table["rate"]]),
            "value": ("Of the group", [_share(value) for value in table["value"]]),
            "reference": (
                f"Of {review.reference}",
                [_share(value) for value in table["reference_value"]],
            ),
            "difference": (
                "Difference, with 95% interval",
                _cells(table.assign(value=table["difference"]), " pp"),
            ),
            "p": ("p", [p_value(p) for p in table["p_value"]]),
            "clear": ("Clear", ["yes" if clear else "no" for clear in table["clear"]]),
            "n": ("People", [f"{n:,}" for n in table["n"]]),
        },
        index=pd.Index(table["group"], name="Group"),
        key=f"comparisons-table-{judged.key}",
        alt=f"Each group against {review.reference} in four rates.",
        csv=table.set_index("group"),
    )


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
        "Calibration difference": _share(review.calibration_difference, " pp"),
        "Flip rate": flips[1] if pd.isna(flips[0]) else _share(flips[0]),
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
    _show(
        {"value": ("Value", list(values.values())), "about": ("Is", meanings)},
        index=frame.index.rename("Measure"),
        key=f"others-table-{judged.key}",
        alt=". ".join(f"{name}: {value}" for name, value in values.items()),
        csv=frame,
    )


def _show(
    shown: dict[str, tuple[str, list[str]]],
    *,
    index: "pd.Index[Any]",
    key: str,
    alt: str,
    csv: pd.DataFrame,
    small: tuple[str, ...] | None = None,
) -> None:
    show_table(
        pd.DataFrame({name: cells for name, (_, cells) in shown.items()}, index=index),
        key=key,
        alt=alt,
        columns={name: st.column_config.TextColumn(label) for name, (label, _) in shown.items()},
        csv=csv,
        folded=False,
        small=small,
    )


def _cells(table: pd.DataFrame, unit: str, tolerance: float | None = None) -> list[str]:
    return [
        with_interval(*ends, unit, tolerance=tolerance)
        for ends in zip(table["value"], table["low"], table["high"], strict=True)
    ]


def _share(value: float, unit: str = "%") -> str:
    return INSUFFICIENT if pd.isna(value) else f"{100 * value:.1f}{unit}"

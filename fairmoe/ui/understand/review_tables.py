"""The tables of a review: gaps, ratios, and each group beside the reference."""

from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.names import GAP_MEASURES, INSUFFICIENT
from fairmoe.sentences.reviews import (
    FOUR_FIFTHS_EXPLAINED,
    SHARE_COMPARED,
    farthest_first,
    four_fifths,
    rate_in_words,
    share_compared,
    verdict_in_words,
    with_interval,
)
from fairmoe.sentences.wording import p_value
from fairmoe.ui.frame.components import show_table
from fairmoe.ui.understand.judged import Judged

if TYPE_CHECKING:
    from fairmoe.metrics import Review


def show_gaps(
    review: "Review",
    words: tuple[str, str],
    *,
    key: str,
    alt: str,
    small: tuple[str, ...] | None = None,
) -> None:
    """Show the gaps of a review as a table.

    Args:
        review: The review.
        words: What both outcomes are called, the positive one first.
        key: Tells the table from others of its page.
        alt: What it shows, in a sentence.
        small: See `fairmoe.ui.frame.components.show_table`.
    """
    table = review.differences
    between = [
        INSUFFICIENT if not high else f"{high} (highest), {low} (lowest)"
        for high, low in zip(table["highest"], table["lowest"], strict=True)
    ]
    shown = {
        "compared": (SHARE_COMPARED, [share_compared(str(name), words) for name in table.index]),
        "gap": ("Gap, with 95% interval", _cells(table, " pp", review.tolerance)),
        "between": ("Between", between),
        "n": ("People", [f"{n:,}" for n in table["n"]]),
    }
    if review.tolerance is not None:
        shown["verdict"] = (
            "Verdict",
            list(map(verdict_in_words, table["verdict"], table["value"])),
        )
    show_texts(
        shown,
        index=pd.Index([GAP_MEASURES[str(name)] for name in table.index], name="Measure"),
        key=f"gaps-table-{key}",
        alt=alt,
        csv=table,
        small=small,
    )


def show_ratios(review: "Review", judged: Judged) -> None:
    """Show how often each group gets the good outcome, in proportion to others."""
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
    show_texts(
        {
            "n": ("People", [f"{n:,}" for n in table["n"]]),
            "value": (f"Given “{good}”", [f"{100 * value:.1f}%" for value in table["value"]]),
            "highest": (
                "Of the highest rate",
                [share_in_words(value) for value in table["to_highest"]],
            ),
            "reference": (f"Of the rate of {review.reference}, with 95% interval", to_reference),
        },
        index=table.index.rename("Group"),
        key=f"ratios-table-{judged.key}",
        alt=four_fifths(review.ratio, good),
        csv=table,
    )


def show_comparisons(review: "Review", judged: Judged) -> None:
    """Show the rates of each group beside those of the reference."""
    table, words = farthest_first(review.comparisons), judged.run.data.words
    st.markdown(
        escape_markdown(
            f"Each group against {review.reference}: intervals hold for all groups at once, "
            "p-values (how often chance alone would make such a difference) are of one pair each, "
            "made larger the more pairs are compared (Holm's method)."
        )
    )
    show_texts(
        {
            "rate": ("Rate", [rate_in_words(rate, words) for rate in table["rate"]]),
            "value": ("Of the group", [share_in_words(value) for value in table["value"]]),
            "reference": (
                f"Of {review.reference}",
                [share_in_words(value) for value in table["reference_value"]],
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


def show_texts(
    shown: dict[str, tuple[str, list[str]]],
    *,
    index: "pd.Index[Any]",
    key: str,
    alt: str,
    csv: pd.DataFrame,
    small: tuple[str, ...] | None = None,
) -> None:
    """Show a table of texts.

    Args:
        shown: By key, what stands over a column, and its cells.
        index: The names of the rows.
        key: Tells the table from others of its page.
        alt: What it shows, in a sentence.
        csv: The same as figures, for a file.
        small: See `fairmoe.ui.frame.components.show_table`.
    """
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


def share_in_words(value: float, unit: str = "%") -> str:
    """Return a share, or a gap of shares, as a cell of a table shows it."""
    return INSUFFICIENT if pd.isna(value) else f"{100 * value:.1f}{unit}"

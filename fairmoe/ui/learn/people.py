"""Lessons counted in people: levelling down, and cut-offs beside training."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.waffle import waffle
from fairmoe.lessons import levelling, thresholds
from fairmoe.sentences.cutoffs import BY_GROUP_MAY_BE_UNLAWFUL
from fairmoe.sentences.lesson_people import (
    cutoffs_of_way,
    levelling_takeaway,
    thresholds_takeaway,
)
from fairmoe.sentences.result import OutcomeGap, gap_in_words
from fairmoe.ui.frame.components import show_warning
from fairmoe.ui.learn.parts import SYNTHETIC, choice, once, show_numbers

WORDS = ("hired", "not hired")
SEEN = {"all": "All columns", "some": "No test scores", "none": "No column that shows skill"}
WAYS = {
    "one": "One cut-off",
    "approval": "Cut-offs: same approval rate",
    "opportunity": "Cut-offs: same true positive rate",
    "trained": "Training with λ fair = 1",
}


def show_levelling(work: str) -> None:
    """Show in dots what a training does to people, with and without the guard."""
    found = once("levelling", levelling.compute, work)
    with st.container(horizontal=True, vertical_alignment="bottom", gap="large"):
        seen = choice("The models see", SEEN, "none", key="seen")
        guard = st.toggle("Guard", key="guard", bind="query-params", persist_state="session")
    of = {kept.guard: kept for kept in found if kept.seen == seen}
    shown = of[guard]
    told = levelling_takeaway(
        shown.groups,
        shown.gaps["model"].value,
        guard=guard,
        scores=(of[False].final_score, of[True].final_score),
    )
    _show_dots(
        shown.groups,
        shown.gaps,
        told,
        "guard on",
        ("Mixture", "guard on" if guard else "guard off"),
        source=f"{SYNTHETIC}, {levelling.HIRED:.0%} hired; {shown.rows:,} test rows, seed 0. The "
        "utility expert is that of the training with the guard.",
    )
    table = pd.DataFrame(
        [
            {
                "seen": SEEN[kept.seen],
                "guard": "on" if kept.guard else "off",
                "hired": int(kept.groups["good_model"].sum()),
                "harmed": int(kept.groups["harmed_model"].sum()),
                "gap": 100 * kept.gaps["model"].value,
                "utility": 100 * kept.utility,
                "score": 100 * kept.final_score,
            }
            for kept in found
        ]
    )
    number, text = st.column_config.NumberColumn, st.column_config.TextColumn
    show_numbers(
        "levelling",
        table,
        {
            "seen": text("The models see"),
            "guard": text("Guard"),
            "hired": number("Hired"),
            "harmed": number("Wrongly not hired"),
            "gap": number("Gap (pp)", format="%.1f"),
            "utility": number("Utility", format="%.1f"),
            "score": number("Final score", format="%.1f"),
        },
    )


def show_thresholds(work: str) -> None:
    """Show whom cut-offs by group and a training hire, beside one cut-off for all."""
    found = once("thresholds", thresholds.compute, work)
    way = choice("Way to decide", WAYS, "approval", key="way")
    shown, one = found[way], found["one"]
    told = thresholds_takeaway(
        shown.groups,
        accuracy=(one.accuracy, shown.accuracy),
        gaps=(one.dp, shown.dp),
        by_group=shown.by_group,
        turned=shown.turned,
    )
    cutoffs = cutoffs_of_way([str(name) for name in shown.groups.index], shown.thresholds)
    _show_dots(
        shown.groups,
        shown.gaps,
        told,
        "one cut-off",
        (WAYS[way].split(":")[0], "result expert" if way == "trained" else "utility expert"),
        source=f"{SYNTHETIC}, {shown.rows:,} test rows, seed 0; cut-offs are chosen on validation "
        f"rows. {cutoffs}",
    )
    if shown.by_group:
        warning = BY_GROUP_MAY_BE_UNLAWFUL.format(positive=WORDS[0], other=WORDS[1])
        show_warning(escape_markdown(warning), icon=":material/gavel:")
    table = pd.DataFrame(
        [
            {
                "way": WAYS[name],
                "accuracy": 100 * of.accuracy,
                "dp": 100 * of.dp,
                "eo": 100 * of.eo,
                "changed": int((of.groups["better"] + of.groups["worse"]).sum()),
                "by_group": 100 * of.by_group,
                "turned": 100 * of.turned,
            }
            for name, of in found.items()
        ]
    )
    number = st.column_config.NumberColumn
    show_numbers(
        "thresholds",
        table,
        {
            "way": st.column_config.TextColumn("Way to decide"),
            "accuracy": number("Accuracy (%)", format="%.1f"),
            "dp": number("DP gap (pp)", format="%.1f"),
            "eo": number("EO gap (pp)", format="%.1f"),
            "changed": number("Decisions changed", help="Against one cut-off for all."),
            "by_group": number(
                "Depends on the group",
                format="%.1f%%",
                help="Decided otherwise if only the group were another.",
            ),
            "turned": number(
                "Order changed",
                format="%.1f%%",
                help="Pairs of people of a group, against the utility expert's order.",
            ),
        },
    )


def _show_dots(
    groups: pd.DataFrame,
    gaps: Mapping[str, OutcomeGap],
    told: str,
    plain: str,
    model: tuple[str, str],
    *,
    source: str,
) -> None:
    st.html(
        waffle(
            groups,
            {name: gap_in_words(gap) for name, gap in gaps.items()},
            words=WORDS,
            is_told=True,
            caption=told,
            titles={
                "label": ("Data", "by label"),
                "plain": ("Utility expert", plain),
                "model": model,
            },
        )
    )
    st.markdown(escape_markdown(told))
    st.caption(escape_markdown(source))

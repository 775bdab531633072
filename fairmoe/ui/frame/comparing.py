"""Two runs of a session side by side: gaps, accuracy, and who is decided about otherwise."""

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data.people import people_of
from fairmoe.figures.people import EVERYONE, hundred_figure
from fairmoe.sentences.comparison import (
    OTHER_QUESTION,
    decisions_compared,
    figures_compared,
    who_changed,
)
from fairmoe.sentences.people import of_hundred_takeaway
from fairmoe.ui.frame.components import show_chart, show_note
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session


def compare_two(state: Session) -> None:
    """Let the user choose two runs, and show who is decided about otherwise by the second."""
    first, second = _choose(state)
    if first is second:
        st.caption("Choose two different runs.")
        return
    from fairmoe.analysis.comparison import ask_the_same  # noqa: PLC0415

    if not ask_the_same(first.run, second.run):
        told = OTHER_QUESTION.format(first=first.name, second=second.name)
        show_note(escape_markdown(told), icon=":material/difference:")
        return
    _show(state, first, second)


def comparable_pair(state: Session) -> tuple[KeptRun, KeptRun] | None:
    """Return the run shown after the last that can be compared with it, or else any such pair."""
    from fairmoe.analysis.comparison import ask_the_same  # noqa: PLC0415

    last = list(reversed(state.runs.values()))
    order = sorted(last, key=lambda one: one.run.run_id != state.chosen)
    for second in order:
        for first in last:
            if first is not second and ask_the_same(first.run, second.run):
                return first, second
    return None


def _choose(state: Session) -> tuple[KeptRun, KeptRun]:
    ids = list(state.runs)
    to = state.chosen or ids[-1]
    pair = comparable_pair(state)
    if pair is None:
        first, second = next(key for key in reversed(ids) if key != to), to
    else:
        first, second = (one.run.run_id for one in pair)
    chosen = []
    asked = (("From", "compare-from", first), ("To", "compare-to", second))
    for column, (label, key, default) in zip(st.columns(2), asked, strict=True):
        run_id = column.selectbox(
            label,
            ids,
            index=ids.index(default),
            format_func=lambda each: state.runs[each].name,
            # Whichever runs there are, and whichever is shown: another question.
            key=f"{key}-{state.turns}-{len(ids)}",
        )
        chosen.append(state.runs[run_id])
    return chosen[0], chosen[1]


def _show(state: Session, first: KeptRun, second: KeptRun) -> None:
    from fairmoe.analysis.comparison import account_between, compare_runs  # noqa: PLC0415
    from fairmoe.runs import compared_scores_of  # noqa: PLC0415

    key = ("between", first.run.run_id, second.run.run_id)
    found = state.once(key, lambda: compare_runs(first.run, second.run))
    figures = figures_compared(*(compared_scores_of(run.told.run) for run in (first, second)))
    if found.decisions is None:
        st.markdown(escape_markdown(f"{figures} {decisions_compared(None)}"))
        return
    names = (first.name, second.name)
    good, _ = second.run.good_and_bad
    account = account_between(first.run, second.run)
    groups = account.groups.rename(index=people_of(second.run.data.groups, second.run.roles))
    told = who_changed(groups, account.everyone, good, names)
    st.markdown(escape_markdown(f"{told} {figures}"))
    table = pd.concat([account.groups, account.everyone.rename(EVERYONE).to_frame().T])
    show_chart(
        hundred_figure(
            table,
            good=good,
            is_told=second.run.roles.target.favourable is not None,
            models=names,
        ),
        takeaway=of_hundred_takeaway(account.groups, good, models=(names[0], f"{names[1]} gives")),
        source=f"{second.run.data.name or 'Unnamed table'}, {found.decisions.rows:,} test rows. "
        f"{decisions_compared(found.decisions)}",
        key=f"between-{first.run.run_id}-{second.run.run_id}",
    )

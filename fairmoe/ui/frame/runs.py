"""The runs of this session: which one is shown, and how they compare."""

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.runs import differing_settings, run_table, runs_figure
from fairmoe.names import METRICS, SUMMARY
from fairmoe.sentences.alarms import ALARM_MEANS
from fairmoe.sentences.comparison import (
    LEFT_OUT,
    nothing_to_compare,
    of_another_table,
    roles_apart,
    run_of_table,
)
from fairmoe.sentences.trade_off import runs_takeaway
from fairmoe.ui.frame.comparing import comparable_pair
from fairmoe.ui.frame.components import (
    percent_column,
    show_chart,
    show_note,
    show_table,
    show_warning,
)
from fairmoe.ui.frame.kept import DELETED, Deleted, KeptRun
from fairmoe.ui.frame.state import Session

LONGEST_NAME = 40


def run_chooser(state: Session) -> None:
    """Let the user choose which run all pages show, once there is more than one."""
    if len(state.runs) < 2:
        return
    # A request that the browser sent before it knew of a new run still holds the run of before;
    # under another key that is no answer to this list.
    turns = state.turns
    key = f"shown-run-{turns}"
    st.session_state[key] = state.chosen

    def pick() -> None:
        if state.turns == turns:
            _choose(state, st.session_state[key])

    st.selectbox(
        "Run shown on all pages",
        list(reversed(state.runs)),
        format_func=lambda run_id: name_of(state, state.runs[run_id]),
        key=key,
        on_change=pick,
    )


def name_of(state: Session, kept: KeptRun) -> str:
    """Return what a run is called, with its table where another one is loaded."""
    table, data = state.table, kept.run.data
    loaded = table is None or table.sha256 == data.sha256
    return run_of_table(kept.name, data.name, loaded=loaded)


def show_reason(kept: KeptRun) -> None:
    """Say why a run has its settings, if a small sweep found them."""
    if kept.reason:
        show_note(
            escape_markdown(f"Recommended settings. {kept.reason}"), icon=":material/auto_awesome:"
        )


def say_whose_run(state: Session) -> None:
    """Warn where the run shown was trained on another table than the one that is loaded."""
    run, table = state.run, state.table
    if run is not None and table is not None and run.data.sha256 != table.sha256:
        told = of_another_table(run.data.name, table.name)
        show_warning(escape_markdown(told), icon=":material/difference:")


def show_runs(state: Session) -> None:
    """List the runs of this session, each to be renamed, shown or deleted."""
    for run_id, kept in reversed(state.runs.items()):
        with st.container(horizontal=True, vertical_alignment="center", key=f"run-{run_id}"):
            with st.container(gap=None, width="stretch"):
                st.markdown(f"**{escape_markdown(kept.name)}**")
                st.caption(escape_markdown(_about(kept, state)))
            if run_id == state.chosen:
                st.badge("Shown", icon=":material/visibility:")
            else:
                st.button(
                    "Show",
                    key=f"show-{run_id}",
                    on_click=_show,
                    args=(state, run_id),
                    help=f"Show {escape_markdown(kept.name)} on all pages.",
                )
            _edit(state, run_id, kept)


def compare_runs(state: Session) -> None:
    """Show the settings in which comparable runs differ, and the mixture's scores side by side."""
    from fairmoe.analysis.comparison import ask_the_same  # noqa: PLC0415
    from fairmoe.analysis.no_gap import why_no_gap  # noqa: PLC0415
    from fairmoe.analysis.result import who_counts_in_final_score  # noqa: PLC0415
    from fairmoe.runs import compared_scores_of  # noqa: PLC0415

    shown = state.run
    assert shown is not None
    kept = [one for one in state.runs.values() if ask_the_same(shown, one.run)]
    if len(kept) == 1:
        name = state.runs[state.chosen].name if state.chosen else ""
        pair = [one.name for one in comparable_pair(state) or ()]
        show_note(escape_markdown(nothing_to_compare(name, pair)), icon=":material/difference:")
        return
    if len(kept) < len(state.runs):
        st.caption(LEFT_OUT)
    names = [one.name for one in kept]
    flags = pd.Series(["mixture" in one.run.alarms() for one in kept], names, name="alarm")
    table = run_table(names, [compared_scores_of(one.told.run) for one in kept])
    settings = differing_settings(names, [one.run.settings.to_dict() for one in kept])
    seeds = sorted({one.run.settings.seed for one in kept})
    if table.dropna().empty:
        # Where no gap can be told the table still has the other scores.
        why = why_no_gap(kept[0].told.run, "f_res")
        st.caption(escape_markdown(why or runs_takeaway(table)))
    else:
        show_chart(
            runs_figure(table),
            takeaway=runs_takeaway(table),
            source=f"{_names(kept)}, test rows, mixture, seed {', '.join(map(str, seeds))}. One "
            "run each: differences of a point or two may be chance.",
            key="runs",
        )
    columns = {
        str(name): st.column_config.TextColumn(str(name).replace("_", " ").capitalize())
        for name in settings
    }
    columns["alarm"] = st.column_config.CheckboxColumn("Alarm", help=ALARM_MEANS)
    for metric in SUMMARY:
        about = METRICS[metric]
        columns[metric] = percent_column(about.label, about.help, about.unit)
    show_table(
        pd.concat([settings, flags, 100 * table], axis=1).rename_axis("Run"),
        key="runs-table",
        alt=f"Settings that differ and test scores of {len(kept)} runs. {runs_takeaway(table)}",
        columns=columns,
        csv=pd.concat([settings, flags, table], axis=1),
    )
    counted = who_counts_in_final_score(kept[0].told.run)
    if counted:
        st.caption(escape_markdown(counted))


def _edit(state: Session, run_id: str, kept: KeptRun) -> None:
    with st.popover("Edit", icon=":material/edit:"):
        key = f"name-{run_id}"
        st.text_input(
            "Name",
            kept.name,
            max_chars=LONGEST_NAME,
            key=key,
            on_change=lambda: state.rename(run_id, st.session_state[key]),
        )
        st.button(
            f"Delete {escape_markdown(kept.name)}",
            icon=":material/delete:",
            key=f"delete-{run_id}",
            on_click=_forget,
            args=(state, run_id),
        )


def _about(kept: KeptRun, state: Session) -> str:
    run = kept.run
    others = [
        (other.run.roles, tuple(other.run.data.groups))
        for other in state.runs.values()
        if other is not kept and other.run.data.sha256 == run.data.sha256
    ]
    roles = roles_apart(run.roles, tuple(run.data.groups), others)
    lambdas = ", ".join(
        f"{name.replace('lambda_', '')} {getattr(run.settings, name):g}"
        for name in ("lambda_rep", "lambda_fair", "lambda_attention", "lambda_adv")
    )
    table = run.data.name or "Unnamed table"
    return f"{table} · {roles} · fairness weights {lambdas} · seed {run.settings.seed}"


def _names(kept: list[KeptRun]) -> str:
    return ", ".join(dict.fromkeys(one.run.data.name or "Unnamed table" for one in kept))


def _choose(state: Session, run_id: str) -> None:
    before, state.chosen = state.kept, run_id
    _leave_row(state, before)


def _show(state: Session, run_id: str) -> None:
    state.turns += 1
    _choose(state, run_id)


def show_undo(state: Session) -> None:
    """Offer to bring back the run that was deleted last."""
    deleted: Deleted | None = state.parts.get(DELETED)
    if deleted is None or deleted.run_id in state.runs:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(escape_markdown(f"{deleted.kept.name} was deleted."), width="content")
        st.button(
            "Undo",
            icon=":material/undo:",
            key="undo-delete",
            on_click=_undo,
            args=(state, deleted),
            help="Until another run is deleted, all of your data is forgotten, or its memory is "
            "needed.",
        )


def _undo(state: Session, deleted: Deleted) -> None:
    before = state.kept
    state.parts.pop(DELETED, None)
    runs = state.runs | {deleted.run_id: deleted.kept}
    order = [*(key for key in deleted.order if key in runs)]
    state.runs = {key: runs[key] for key in dict.fromkeys([*order, *runs])}
    if deleted.was_shown or state.chosen is None:
        _show(state, deleted.run_id)
    state.drop_oldest(but=deleted.run_id)
    _leave_row(state, before)


def _forget(state: Session, run_id: str) -> None:
    before = state.kept
    state.parts[DELETED] = Deleted(
        run_id, state.runs[run_id], tuple(state.runs), state.chosen == run_id
    )
    state.forget(run_id)
    _leave_row(state, before)


def _leave_row(state: Session, before: KeptRun | None) -> None:
    """Let go of the picked row, unless the run now shown has the same row at its position."""
    after = state.kept
    if before is None or after is None or before.run.data.sha256 != after.run.data.sha256:
        state.row = None

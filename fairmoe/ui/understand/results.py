"""What a finished run shows: scores and curves."""

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.curves import Line, curve_table, curves_figure
from fairmoe.figures.experts import SCORES_ASKED, scores_bars
from fairmoe.figures.tables import score_table
from fairmoe.names import METRICS, MODELS, SPLITS, SUMMARY, Model, SplitName
from fairmoe.sentences.alarms import OTHERS_RAISE_ONE, alarms_in_words
from fairmoe.sentences.audits import existing_model
from fairmoe.sentences.cautions import not_estimable
from fairmoe.sentences.costs import ahead_of_mixture, scores_takeaway
from fairmoe.sentences.front import experts_change
from fairmoe.sentences.training import curves_takeaway, kept_moment, reused_experts
from fairmoe.sentences.wording import drawn_from
from fairmoe.ui.frame.components import (
    NUMBERS,
    NUMBERS_ICON,
    percent_column,
    show_chart,
    show_note,
    show_picture,
    show_table,
    show_warning,
)
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.criterion import criterion
from fairmoe.ui.understand.merged import offer_merge
from fairmoe.ui.understand.rows import ahead_by_chance_in

if TYPE_CHECKING:
    from fairmoe.runs import Run

_JUDGED_ON: tuple[SplitName, ...] = ("test", "validation")


def split_switch() -> SplitName:
    """Let the user choose the rows that the page is about."""
    split: SplitName = st.segmented_control(
        "Rows",
        _JUDGED_ON,
        default="test",
        format_func=SPLITS.__getitem__,
        required=True,
        key="split",
        bind="query-params",
        persist_state="session",
        help="The weights were chosen on the validation rows; nothing was chosen on the test rows.",
    )
    return split


def describe(run: "Run", split: SplitName) -> str:
    """Say what figures of a run and a split are drawn from."""
    return drawn_from(run.data.name, len(run.splits[split].y_true), split, run.settings.seed)


def show_headline(run: "Run") -> None:
    """Show the four summary scores of the mixture on the test rows beside the utility expert's."""
    # Importing it imports torch, which no page may need before there is a run.
    from fairmoe.runs import compared_scores  # noqa: PLC0415

    scores = compared_scores(run)
    for column, metric in zip(st.columns(len(SUMMARY)), SUMMARY, strict=True):
        about = METRICS[metric]
        value, reference = scores["mixture"][metric], scores["utility"][metric]
        difference = 100 * (value - reference)
        column.metric(
            f"{about.label}, mixture",
            METRICS[metric].text(value),
            None if math.isnan(difference) else round(difference, 1),
            delta_color="off",
            delta_description="pp vs utility expert",
            help=f"{about.help} {about.direction.capitalize()}.",
            border=True,
        )


def show_alarms(run: "Run", split: SplitName, *, others: bool = False) -> None:
    """Say loudly that the mixture is no choice, and why; more quietly, of which others it is so.

    Args:
        run: The run.
        split: On which rows.
        others: Whether the other models are spoken of.
    """
    found: dict[Model, Any] = {m: alarm.to_dict() for m, alarm in run.alarms(split).items()}
    meaning: Any = {"words": run.data.words, "favourable": run.roles.target.favourable}
    own: dict[Model, Any] = {"mixture": found.pop("mixture")} if "mixture" in found else {}
    for words in alarms_in_words(own, **meaning):
        st.error(escape_markdown(words), icon=":material/notification_important:")
    if others and found:
        lines = [f"\n- {escape_markdown(each)}" for each in alarms_in_words(found, **meaning)]
        st.caption(f"{OTHERS_RAISE_ONE[bool(own)]}{''.join(lines)}")


def show_run_shown(state: Session) -> None:
    """Show how the run that is shown scores on the test rows, and where it comes from."""
    assert state.kept is not None
    from fairmoe.analysis.result import who_counts_in_final_score  # noqa: PLC0415

    told = state.kept.told.run
    show_headline(told)
    counted = who_counts_in_final_score(told)
    if counted:
        st.caption(escape_markdown(counted))
    show_provenance(state.kept.run)


def show_scores(state: Session, run: "Run", split: SplitName) -> None:
    """Show the scores of all models, and flag those that give nearly all rows the same answer."""
    # Importing them imports torch, which no page may need before there is a run.
    from fairmoe.analysis.along_dial import (  # noqa: PLC0415
        experts_that_change,
        has_other_strengths,
    )
    from fairmoe.analysis.result import (  # noqa: PLC0415
        who_counts_in_final_score,
        who_counts_in_scores,
    )
    from fairmoe.runs import compared_scores  # noqa: PLC0415

    table = score_table(compared_scores(run, split))
    shown = ("acc", criterion(run), "final_score")
    told = scores_takeaway(table, shown)
    show_picture(
        scores_bars(table, shown, alt=told),
        title=SCORES_ASKED,
        takeaway=told,
        source=describe(run, split),
    )
    if run.roles.existing is not None:
        st.caption(escape_markdown(existing_model(run.roles.existing, run.data.words)))
    counted = who_counts_in_final_score(run, split)
    changing = experts_change(experts_that_change(run, split), strengths=has_other_strengths(run))
    for each in filter(None, (counted, changing)):
        st.caption(escape_markdown(each))
    above = ahead_of_mixture(table, ahead_by_chance_in(state, split))
    if above:
        show_note(escape_markdown(above), icon=":material/info:")
    missing = not_estimable(run.scores["validation"]["mixture"])
    if missing:
        show_warning(escape_markdown(missing), icon=":material/warning:")
    every = score_table(run.scores[split])
    named = (100 * every).set_axis(every.index.map(MODELS))
    # A gap that counts groups of too few people is no gap that is told.
    in_words = tuple(score for score in SUMMARY if not (counted and score == "f_res"))
    with st.expander(NUMBERS, icon=NUMBERS_ICON, key=f"scores-table-{split}-numbers"):
        if counted:
            st.caption(escape_markdown(who_counts_in_scores(run, split=split)))
            offer_merge(state, run, split=split, place="scores")
        show_table(
            named.rename_axis("Model"),
            key=f"scores-table-{split}",
            alt=f"Twelve scores of {len(named)} models. {scores_takeaway(every, in_words)}",
            columns={
                metric: percent_column(about.label, f"{about.help} {about.direction}.", about.unit)
                for metric, about in METRICS.items()
            },
            csv=every,
            folded=False,
        )


def show_training_record(state: Session, run: "Run", _: SplitName) -> None:
    """Show how training went, and from which data and settings the run came."""
    show_curves(state, run)
    show_provenance(run)


def show_curves(state: Session, run: "Run") -> None:
    """Show what training recorded, phase by phase."""
    lines = [Line(curve.name, curve.phase, curve.epochs, curve.values) for curve in run.curves]
    figure = state.drawn(("curves", run.run_id), lambda: curves_figure(lines))
    kept = kept_moment(select=run.settings.select, gate_start=run.settings.gate_start)
    if figure is not None:
        show_chart(
            figure,
            takeaway=curves_takeaway(lines),
            source=f"{run.data.name}, training rows, seed {run.settings.seed}. {kept}",
            key="curves",
        )
        show_curve_numbers(lines, key="curves-table", alt=curves_takeaway(lines))


def show_curve_numbers(lines: Iterable[Line], *, key: str, alt: str) -> None:
    """Offer what curves are drawn from as a table, which is made when it is unfolded."""
    numbers = st.expander(NUMBERS, icon=NUMBERS_ICON, key=f"{key}-open", on_change="rerun")
    if numbers.open:
        table = curve_table(lines).set_index("curve")
        with numbers:
            show_table(
                table.rename_axis("Curve"),
                key=key,
                alt=alt,
                columns={
                    "phase": st.column_config.TextColumn("Phase"),
                    "epoch": st.column_config.NumberColumn("Epoch", format="localized"),
                    "value": st.column_config.NumberColumn("Value", format="%.4f"),
                },
                csv=table,
                folded=False,
            )


def show_provenance(run: "Run") -> None:
    """Show from which data and settings the run came."""
    usual = type(run.settings)().to_dict()
    changed = {
        name: value for name, value in run.settings.to_dict().items() if value != usual[name]
    }
    told = ", ".join(
        f"{name} {value:g}" if isinstance(value, float) else f"{name} {value}"
        for name, value in changed.items()
    )
    resolved = run.resolved
    st.caption(
        escape_markdown(
            f"{run.data.name or 'Unnamed table'}: {run.data.rows:,} rows, {run.data.columns} "
            f"columns, SHA-256 {run.data.sha256[:12]}. Positive: {run.data.positive}. Settings "
            f"that differ from the defaults: {told or 'none'}. {resolved['epochs']:,} epochs in "
            f"all, {resolved['batch_size']:,} rows per step, {resolved['features']:,} inputs. Seed "
            f"{run.settings.seed}. Computed on {run.device} in {run.seconds['total']:.1f} s"
            f"{reused_experts(run.experts_reused)}. Run {run.run_id[:12]}."
        )
    )

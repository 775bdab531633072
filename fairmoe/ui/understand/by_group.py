"""What each group gets from one model of a run, and how sure that is."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import streamlit as st

from fairmoe._escape import Markdown, escape_markdown
from fairmoe.figures.decisions import (
    MIN_ROWS_OF_BIN,
    calibration_figure,
    confusion_figure,
    roc_figure,
)
from fairmoe.figures.experts import RATES_ASKED, SHOWN_RATES, rates_bars
from fairmoe.names import CELLS, MODELS, RATES, Model, SplitName
from fairmoe.sentences.audits import NO_PROBABILITY
from fairmoe.sentences.cautions import too_few
from fairmoe.sentences.gaps import GAP_METRICS, rates_marked, who_gets_more
from fairmoe.sentences.outcomes import (
    calibration_takeaway,
    cells_in_words,
    confusion_takeaway,
    rates_takeaway,
    roc_takeaway,
)
from fairmoe.ui.frame.components import (
    TableFile,
    percent_column,
    show_chart,
    show_note,
    show_parts,
    show_picture,
    show_table,
    show_warning,
)
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.cutoffs import show_cutoffs
from fairmoe.ui.understand.direction import file_note, of_outcome, toward
from fairmoe.ui.understand.judged import Judged, judge
from fairmoe.ui.understand.other_columns import show_side_by_side, show_within
from fairmoe.ui.understand.review import reviewed, show_review

if TYPE_CHECKING:
    from fairmoe.runs import Run


def show_by_group(state: Session, run: "Run", split: SplitName) -> None:
    """Let the user choose a model, and show what each group gets from it."""
    model: Model = st.selectbox(
        "Model",
        list(run.splits[split].proba),
        format_func=lambda key: MODELS[key],
        key="rates-model",
        width=320,
        bind="query-params",
        persist_state="session",
    )
    judged = judge(state, run, split, model)
    few = too_few(judged.rates)
    if few:
        show_warning(escape_markdown(few), icon=":material/groups:")
    show_parts(_PARTS, key="group-part", about=(state, judged))


def _show_rates(state: Session, judged: Judged) -> None:
    rates, few = judged.rates, reviewed(state, judged).few
    words, favourable = judged.meaning
    apart, people = judged.gaps["dp"].apart, judged.people
    takeaway = rates_takeaway(rates, words, favourable=favourable, apart=apart, people=people)
    for metric in GAP_METRICS:
        # What the mixture gives all people stands above, on the same page.
        if (judged.model, metric) != ("mixture", "dp"):
            told = who_gets_more(
                judged.gaps[metric],
                rates,
                metric,
                model=judged.model,
                words=words,
                favourable=favourable,
                people=people,
            )
            st.markdown(escape_markdown(told))
    marked = rates_marked(few, SHOWN_RATES, weighted=judged.gaps["dp"].weighted)
    show_picture(
        rates_bars(rates, words, favourable=favourable, alt=takeaway, apart=few),
        title=RATES_ASKED,
        takeaway=takeaway,
        source=f"{judged.source} Whiskers are 95% Wilson intervals.{marked}",
    )
    counts = ["n", "positives", "selected"]
    columns = {
        "n": st.column_config.NumberColumn("Rows", format="localized"),
        "positives": st.column_config.NumberColumn(f"Label “{words[0]}”", format="localized"),
        "selected": st.column_config.NumberColumn(f"Given “{words[0]}” (rows)", format="localized"),
    }
    for rate in SHOWN_RATES:
        label = f"Given “{words[0]}”" if rate == "selection_rate" else RATES[rate]
        columns |= _with_interval(rate, label, "Share in percent.")
    percent = rates.assign(**{str(name): 100 * rates[name] for name in rates if name not in counts})
    show_table(
        percent.rename_axis("Group"),
        key=f"rates-table-{judged.key}",
        alt=f"Counts and rates of {len(rates)} groups. {takeaway}",
        columns=columns,
        csv=rates,
    )


def _show_confusion(_: Session, judged: Judged) -> None:
    from fairmoe.metrics import confusion_by_group  # noqa: PLC0415

    y_true, proba = judged.labels_and_scores
    table = confusion_by_group(y_true, proba > 0.5, **judged.groups)
    words, favourable = judged.meaning
    labels = cells_in_words(words)
    takeaway = confusion_takeaway(table.rename(index=judged.people), words, favourable=favourable)
    show_chart(
        confusion_figure(table, labels, favourable=favourable),
        takeaway=takeaway,
        source=judged.source,
        key=f"confusion-{judged.key}",
    )
    columns: dict[str, Any] = {"n": st.column_config.NumberColumn("Rows", format="localized")}
    for cell, label in labels.items():
        columns[cell] = st.column_config.NumberColumn(label.capitalize(), format="localized")
        columns[f"{cell}_share"] = percent_column("share", "Share of the group in percent.")
    shares = {f"{cell}_share": 100 * table[f"{cell}_share"] for cell in CELLS}
    show_table(
        table.assign(**shares).rename_axis("Group"),
        key=f"confusion-table-{judged.key}",
        alt=takeaway,
        columns=columns,
        csv=table,
    )


def _show_roc(_: Session, judged: Judged) -> None:
    from fairmoe.metrics import auc_by_group, roc_by_group  # noqa: PLC0415

    y_true, proba = judged.labels_and_scores
    words = judged.run.data.words
    aucs = auc_by_group(y_true, proba, **judged.groups)
    takeaway = roc_takeaway(aucs.rename(index=judged.people), words)
    show_chart(
        roc_figure(roc_by_group(y_true, proba, **judged.groups), aucs, words[0]),
        takeaway=takeaway,
        source=f"{judged.source_of_curves} Intervals are those of DeLong et al., 95%.",
        key=f"roc-{judged.key}",
    )
    ends = ["auc", "auc_low", "auc_high"]
    show_table(
        aucs.assign(**{end: 100 * aucs[end] for end in ends}).rename_axis("Group"),
        key=f"roc-table-{judged.key}",
        alt=takeaway,
        columns={
            "positives": st.column_config.NumberColumn(f"Label “{words[0]}”", format="localized"),
            "negatives": st.column_config.NumberColumn(f"Label “{words[1]}”", format="localized"),
            **_with_interval("auc", "AUC", "Area under the curve; 50% is chance."),
        },
        csv=aucs,
    )


def _show_calibration(_: Session, judged: Judged) -> None:
    from fairmoe.metrics import (  # noqa: PLC0415
        calibration_by_group,
        expected_calibration_error,
    )

    if judged.model == "existing":
        show_note(Markdown(NO_PROBABILITY), icon=":material/percent:")
        return
    known, groups = judged.labels_and_scores, judged.groups
    calibration = calibration_by_group(*(toward(judged.run, each) for each in known), **groups)
    errors = expected_calibration_error(calibration).rename(index=judged.people)
    takeaway = calibration_takeaway(errors)
    show_chart(
        calibration_figure(calibration, judged.rates["n"]),
        takeaway=takeaway,
        source=f"{judged.source_of_curves} Ten equal bins, drawn from {MIN_ROWS_OF_BIN} rows "
        "on; bars are 95% Wilson intervals.",
        key=f"calibration-{judged.key}",
    )
    table = calibration.set_index("group")
    percent = table.assign(**{str(name): 100 * table[name] for name in table if name != "n"})
    show_table(
        percent.rename_axis("Group"),
        key=f"calibration-table-{judged.key}",
        alt=takeaway,
        columns={
            "low": percent_column("Probability from", "Lower edge of the bin."),
            "high": percent_column("to", "Upper edge of the bin."),
            "n": st.column_config.NumberColumn("Rows", format="localized"),
            "mean_score": percent_column(
                "Mean probability", f"Of {of_outcome(judged.run)}, over the rows in the bin."
            ),
            **_with_interval(
                "positive_rate", f"Label {of_outcome(judged.run)}", "Share in percent."
            ),
        },
        csv=TableFile(
            calibration_by_group(*known, **groups).set_index("group"), file_note(judged.run)
        ),
    )


def _with_interval(name: str, label: str, text: str) -> dict[str, Any]:
    return {
        name: percent_column(label, text),
        f"{name}_low": percent_column("from", f"{label}: lower end of the interval."),
        f"{name}_high": percent_column("to", f"{label}: upper end of the interval."),
    }


_PARTS: dict[str, Callable[[Session, Judged], None]] = {
    "Gaps": show_review,
    "Rates": _show_rates,
    "Right and wrong": _show_confusion,
    "Ranking": _show_roc,
    "Probabilities": _show_calibration,
    "Like with like": show_within,
    "Side by side": show_side_by_side,
    "Cut-offs": show_cutoffs,
}

"""What a score or decisions that are there already do to groups, alone and beside the mixture."""

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data import Existing, LabelledTable
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.data.people import people_of
from fairmoe.figures.gaps import gaps_figure
from fairmoe.figures.people import EVERYONE
from fairmoe.figures.waffle import SOURCES, waffle
from fairmoe.names import LEAST_PEOPLE
from fairmoe.sentences.alarms import alarm_alone
from fairmoe.sentences.audits import (
    LEARNT_FROM,
    MEANING_UNKNOWN,
    NO_SCORE,
    NO_SCORE_BUT_A_RUN,
    OTHER_TASK,
    changes_beside,
    existing_in_words,
    harm_beside,
    harm_gap,
    mixture_saw_it,
    rows_without,
    today_in_words,
    wrongly_in_people,
)
from fairmoe.sentences.front_page import verdicts_in_words
from fairmoe.sentences.people import of_hundred_takeaway
from fairmoe.sentences.result import gap_in_words, who_gets_it
from fairmoe.sentences.reviews import gaps_of_the_bad, gaps_takeaway
from fairmoe.sentences.small_groups import told_as_one
from fairmoe.ui.frame.components import (
    NUMBERS,
    NUMBERS_ICON,
    apologies,
    show_chart,
    show_download,
    show_note,
    show_warning,
)
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.limits import limits
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.of_table import tolerance_of
from fairmoe.ui.frame.pages import DATA, RESULT, TRAIN
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.people import between_people, show_people_table
from fairmoe.ui.understand.review_tables import show_gaps

if TYPE_CHECKING:
    from fairmoe.analysis.audits import AuditedRows, AuditResult

_HARM_GAP = {True: "equal_opportunity_difference", False: "false_positive_rate_difference"}


def show_audit(state: Session, labelled: LabelledTable, existing: Existing) -> None:
    """Show what an existing score does to groups, on all rows."""
    from fairmoe.analysis.audits import audited_rows  # noqa: PLC0415

    rows = audited_rows(labelled, existing)
    rows = rows.as_told(limits().smallest_group, enough=LEAST_PEOPLE)
    found, tolerance = _found(state, labelled, existing, rows, "alone")
    favourable, model = rows.favourable, existing_in_words(existing)
    words, (good, bad) = labelled.words, _good_and_bad(labelled)
    if found.audit.alarm is not None:
        alarm = alarm_alone(model, found.audit.alarm.to_dict(), words=words)
        st.error(escape_markdown(alarm), icon=":material/notification_important:")
    people = people_of(rows.group_names, labelled.roles)
    gap = between_people(found.gaps["model"], people)
    told = [who_gets_it(gap, good, groups=len(rows.group_names), model=model)]
    if favourable is not None:
        groups = found.account.groups.rename(index=people)
        told.append(wrongly_in_people(groups, good, bad, model=model))
        told.append(harm_gap(found.audit.review.differences.T[_HARM_GAP[favourable]]))
    st.markdown(escape_markdown(" ".join(told)))
    _say_who_is_one(labelled.group_names, rows, where="")
    _ask_meaning(labelled)
    _picture(found, existing, (good, bad), is_told=favourable is not None)
    show_chart(
        gaps_figure(found.audit.review.differences, tolerance),
        takeaway=gaps_takeaway(found.audit.review.differences, found.audit.rates, words, people),
        source=f"{_drawn_from(labelled, rows, existing)} Bars are 95% intervals. {LEARNT_FROM} "
        f"{gaps_of_the_bad(words, favourable)}".strip(),
        key="audit-gaps",
    )
    if tolerance is not None:
        told_of_gaps = verdicts_in_words(found.audit.review.differences, tolerance)
        st.markdown(escape_markdown(told_of_gaps))
    with st.container(horizontal=True):
        _numbers(found, rows, existing, (good, bad), key="audit")
        _download(labelled, existing, tolerance)


def show_beside(state: Session, labelled: LabelledTable, existing: Existing) -> None:
    """Show the same with the mixture of the run that is shown beside it, on its test rows."""
    from fairmoe.analysis.audits import audited_beside  # noqa: PLC0415

    kept = state.kept
    st.subheader("Beside the mixture", anchor=False)
    if kept is None or kept.rows is None or kept.run.data.sha256 != labelled.table.sha256:
        st.caption("Train on this table, and the mixture stands here beside what you have today.")
        link(TRAIN, "Go to Train")
        return
    if not _is_same_task(labelled, kept):
        show_note(escape_markdown(OTHER_TASK), icon=":material/compare_arrows:")
        return
    if existing.column in kept.rows.kinds:
        show_warning(escape_markdown(mixture_saw_it(existing.column)), icon=":material/water_drop:")
    told_of = kept.told
    rows = audited_beside(told_of.run, told_of.labelled, existing).as_told(limits().smallest_group)
    found, _ = _found(state, labelled, existing, rows, kept.run.run_id)
    (good, bad), is_told = _good_and_bad(kept.rows), rows.favourable is not None
    model = existing_in_words(existing)
    told = [changes_beside(found.account.everyone, good, bad, model=model, is_told=is_told)]
    if is_told:
        people = people_of(rows.group_names, kept.run.roles)
        told.append(harm_beside(found.account.groups.rename(index=people), good, bad))
    st.markdown(escape_markdown(" ".join(told)))
    _say_who_is_one(kept.run.data.groups, rows, where=" in a split")
    _picture(found, existing, (good, bad), is_told=is_told)
    _numbers(found, rows, existing, (good, bad), key="audit-beside")


def go_on_without(state: Session) -> None:
    """Lead to what a model does, where a table has no score or decision."""
    kept, table = state.kept, state.table
    if kept and table and kept.run.data.sha256 == table.sha256:
        link(RESULT, NO_SCORE_BUT_A_RUN)
    else:
        link(TRAIN, NO_SCORE)


def _found(
    state: Session, labelled: LabelledTable, existing: Existing, rows: "AuditedRows", of: str
) -> "tuple[AuditResult, float | None]":
    from fairmoe.analysis.audits import audit_rows  # noqa: PLC0415

    tolerance = tolerance_of(labelled.table.sha256)
    roles = labelled.roles
    grouping = (roles.sensitive, roles.merge_small, roles.group_names, roles.unknown)
    about = (labelled.table, roles.target, grouping, roles.weight)
    key = ("audit", of, *about, existing, tolerance, rows.favourable)
    return state.once(key, lambda: audit_rows(rows, tolerance=tolerance)), tolerance


def _say_who_is_one(groups: Iterable[str], rows: "AuditedRows", *, where: str) -> None:
    """Say which of the groups count as one in the figures."""
    merged = [name for name in groups if name not in rows.group_names]
    told = told_as_one(merged, SMALL_GROUPS, limits().smallest_group, where=where)
    if told:
        st.caption(escape_markdown(told))


def _picture(
    found: "AuditResult", existing: Existing, words: tuple[str, str], *, is_told: bool
) -> None:
    """Show of 100 people in each group who gets the outcome by label, today, with the mixture."""
    today = (today_in_words(existing), existing.column)
    titles = {"label": SOURCES["label"]}
    titles |= {"plain": today, "model": SOURCES["model"]} if found.is_beside else {"model": today}
    tolerance = found.audit.review.tolerance
    st.html(
        waffle(
            found.account.groups,
            {source: gap_in_words(gap, tolerance) for source, gap in found.gaps.items()},
            words=words,
            is_told=is_told,
            caption=_takeaway(found, existing, words[0]),
            titles=titles,
            between=(found.gaps["model"].most, found.gaps["model"].least),
            small=found.gaps["model"].apart,
        )
    )


def _numbers(
    found: "AuditResult",
    rows: "AuditedRows",
    existing: Existing,
    words: tuple[str, str],
    *,
    key: str,
) -> None:
    numbers = st.expander(NUMBERS, icon=NUMBERS_ICON, key=f"{key}-open", on_change="rerun")
    if not numbers.open:
        return
    table = pd.concat([found.account.groups, found.account.everyone.rename(EVERYONE).to_frame().T])
    small, model = rows.small_groups(limits().smallest_group), existing_in_words(existing)
    with numbers:
        show_people_table(
            table,
            words,
            is_told=rows.favourable is not None,
            key=f"{key}-people",
            alt=_takeaway(found, existing, words[0]),
            models=(model, "the mixture" if found.is_beside else model),
            small=small,
        )
        if not found.is_beside:
            positive_first = words[::-1] if rows.favourable is False else words
            differences, rates = found.audit.review.differences, found.audit.rates
            show_gaps(
                found.audit.review,
                positive_first,
                key=key,
                alt=gaps_takeaway(differences, rates, positive_first),
                small=small,
            )


def _download(labelled: LabelledTable, existing: Existing, tolerance: float | None) -> None:
    from fairmoe.analysis.audits import audited_rows  # noqa: PLC0415

    with apologies():
        # What a file may not hold is said now, not when it is asked for.
        audited_rows(labelled, existing).without_small_groups(limits().smallest_group)
        show_download(
            "Audit as JSON",
            lambda: audit_document(
                labelled, existing, tolerance=tolerance, smallest=limits().smallest_group
            ),
            "fairmoe-audit.json",
            mime="application/json",
        )


def audit_document(
    labelled: LabelledTable, existing: Existing, *, tolerance: float | None, smallest: int
) -> bytes:
    """Return an audit as JSON, in which small groups are told of as one.

    Raises:
        InvalidInputError: No other group would be left.
    """
    from fairmoe.analysis.audits import (  # noqa: PLC0415
        audit_rows,
        audited_rows,
        rows_without_score,
    )

    rows = audited_rows(labelled, existing).without_small_groups(smallest)
    about: dict[str, Any] = {
        "data": {"name": labelled.table.name, "sha256": labelled.table.sha256},
        "rows": len(rows.y_true),
        "rows_without_score": rows_without_score(labelled, existing),
        "positive": labelled.positive,
        "outcome": labelled.roles.target.outcome,
        "existing": asdict(existing),
    }
    told = about | audit_rows(rows, tolerance=tolerance).to_dict()
    return json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False).encode()


def _takeaway(found: "AuditResult", existing: Existing, good: str) -> str:
    """Say of 100 people how many get the good outcome, and in brackets what it is compared with."""
    groups, name = found.account.groups, existing_in_words(existing)
    if found.is_beside:
        return of_hundred_takeaway(groups, good, models=(name, "the mixture gives"))
    by_label = groups.assign(good_plain_rate=groups["good_label_rate"])
    return of_hundred_takeaway(by_label, good, models=("by label", f"{name} gives"))


def _ask_meaning(labelled: LabelledTable) -> None:
    target = labelled.roles.target
    if target.outcome is None:
        st.caption(escape_markdown(MEANING_UNKNOWN.format(outcome=labelled.words[0])))
        link(DATA, "Go to Data")


def _good_and_bad(labelled: LabelledTable) -> tuple[str, str]:
    positive, other = labelled.words
    return (other, positive) if labelled.roles.target.favourable is False else (positive, other)


def _is_same_task(labelled: LabelledTable, kept: KeptRun) -> bool:
    """Return whether a run predicts the same of the same groups; names may differ."""
    now, then = labelled.roles, kept.run.roles
    return (now.target.column, now.target.positive, now.target.threshold) == (
        then.target.column,
        then.target.positive,
        then.target.threshold,
    ) and (now.sensitive, now.merge_small) == (then.sensitive, then.merge_small)


def _drawn_from(labelled: LabelledTable, rows: "AuditedRows", existing: Existing) -> str:
    from fairmoe.analysis.audits import rows_without_score  # noqa: PLC0415

    unscored = rows_without_score(labelled, existing)
    told = f"{labelled.table.name or 'Unnamed table'}, {len(rows.y_true):,} rows, all splits."
    return f"{told} {rows_without(unscored, existing.column)}".strip()

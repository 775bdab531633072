"""The account in people: what the mixture changes for whom, in pictures before numbers."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe._units import signed, written
from fairmoe.data import OUTCOMES, Outcome
from fairmoe.data.people import people_of
from fairmoe.figures.people import EVERYONE, harm_asked, harm_bars, hundred_figure
from fairmoe.names import SplitName
from fairmoe.sentences.people import (
    MEANING_ASKED,
    MEANING_CHANGES,
    PLAIN_MODEL_NAMED,
    changes_for_people,
    harm_takeaway,
    of_hundred_takeaway,
)
from fairmoe.ui.frame.components import NUMBERS, NUMBERS_ICON, show_chart, show_picture, show_table
from fairmoe.ui.frame.state import Session
from fairmoe.ui.prepare.outcome import take_outcome
from fairmoe.ui.understand.plain_model import ask_plain_model, plain_in_words, plain_model
from fairmoe.ui.understand.results import describe

if TYPE_CHECKING:
    from fairmoe.metrics import Account, OutcomeGap
    from fairmoe.runs import Run

_CHANGED = "Decisions that the mixture changes; in brackets, with how many the label agrees."


def show_people(state: Session, run: "Run", split: SplitName) -> None:
    """Show who gets which outcome from the mixture beside the utility expert, and who is harmed."""
    is_told = run.roles.target.favourable is not None
    ask_plain_model(run)
    plain, called = plain_model(run), plain_in_words(run)
    account = run.account(plain=plain, split=split, otherwise=True)
    good, bad = run.good_and_bad
    told = changes_for_people(
        account.everyone,
        good,
        bad,
        is_told=is_told,
        plain=called,
        first=plain_in_words(run, PLAIN_MODEL_NAMED),
    )
    st.markdown(escape_markdown(told))
    ask_meaning(state, run)
    table = pd.concat([account.groups, account.everyone.rename(EVERYONE).to_frame().T])
    key, models = (run.run_id, run.roles.target.outcome, split, plain), (called, "the mixture")
    show_chart(
        state.drawn(
            ("hundred", *key),
            lambda: hundred_figure(table, good=good, is_told=is_told, models=models),
        ),
        takeaway=of_hundred_takeaway(account.groups, good, models=(called, "the mixture gives")),
        source=f"{describe(run, split)} Rounded to whole people of 100.",
        key=f"hundred-{split}",
    )
    if is_told:
        told = harm_takeaway(
            account.groups.rename(index=people_of(run.data.groups, run.roles)),
            good,
            bad,
            plain=called,
        )
        show_picture(
            harm_bars(table, plain=plain, alt=told),
            title=harm_asked(bad),
            takeaway=told,
            source=f"{describe(run, split)} Whiskers are 95% intervals; those of the change are "
            "paired: the same people, decided about twice.",
        )
    _show_numbers(account, table, (good, bad), is_told=is_told, split=split, models=models)


def between_people(gap: "OutcomeGap", people: Mapping[str, str]) -> "OutcomeGap":
    """Return a gap between groups as sentences speak of their people."""
    most, least = (people.get(name, name) for name in (gap.most, gap.least))
    return replace(gap, most=most, least=least)


def ask_meaning(state: Session, run: "Run", *, brief: bool = False) -> None:
    """Ask whether the outcome is good or bad for the person, unless that was told.

    Args:
        state: The session.
        run: The run.
        brief: Whether there is little room: what an answer changes is then a tip of the buttons.
    """
    if run.roles.target.outcome is not None:
        return
    asked = escape_markdown(MEANING_ASKED.format(outcome=run.data.words[0]))
    with st.container(border=True):
        st.markdown(asked if brief else f"{asked} {MEANING_CHANGES}")
        with st.container(horizontal=True):
            for outcome in OUTCOMES:
                st.button(
                    outcome.capitalize(),
                    key=f"meaning-{outcome}",
                    help=MEANING_CHANGES if brief else None,
                    on_click=_tell,
                    args=(state, outcome),
                )


def _tell(state: Session, outcome: Outcome) -> None:
    take_outcome(state, outcome)
    state.tell_outcome(outcome)


def _show_numbers(
    account: "Account",
    table: pd.DataFrame,
    words: tuple[str, str],
    *,
    is_told: bool,
    split: SplitName,
    models: tuple[str, str],
) -> None:
    numbers = st.expander(NUMBERS, icon=NUMBERS_ICON, key="people-open", on_change="rerun")
    if numbers.open:
        with numbers:
            show_people_table(
                table,
                words,
                is_told=is_told,
                key=f"people-table-{split}",
                alt=of_hundred_takeaway(
                    account.groups, words[0], models=(models[0], "the mixture gives")
                ),
                models=models,
            )


def show_people_table(
    table: pd.DataFrame,
    words: tuple[str, str],
    *,
    is_told: bool,
    key: str,
    alt: str,
    models: tuple[str, str] = ("the utility expert", "the mixture"),
    small: tuple[str, ...] | None = None,
) -> None:
    """Show an account in people as a table.

    Args:
        table: `fairmoe.metrics.Account.groups`, and everyone below.
        words: What the good outcome and the bad one are called.
        is_told: Whether one is good and the other bad for the person.
        key: Tells the table from others of its page.
        alt: What a screen reader says.
        models: What the plain model and the other are called; if both are the same, it is shown
            alone.
        small: See `fairmoe.ui.frame.components.show_table`.
    """
    shown, columns = {}, {}
    for name, label, text in _columns(*words, is_told=is_told, models=models):
        shown[name] = _cells(table, name)
        columns[name] = st.column_config.TextColumn(label, help=text)
    alone = models[0] == models[1]
    csv = table[[n for n in table if _is_of_one(str(n))]] if alone else table
    show_table(
        pd.DataFrame(shown, index=table.index).rename_axis("Group"),
        key=key,
        alt=alt,
        columns=columns,
        csv=csv.rename_axis("group"),
        folded=False,
        small=small,
    )


def _is_of_one(name: str) -> bool:
    """Return whether a column of an account is of labels and of one model alone."""
    return name.startswith(("n", "good_label", "good_model", "harmed_model"))


def _columns(
    good: str, bad: str, *, is_told: bool, models: tuple[str, str]
) -> list[tuple[str, str, str]]:
    plain, model = models
    rates = "Of 100 people, with a 95% interval; in brackets the count."
    columns = [
        ("n", "People", "Rows of the group."),
        ("good_label", f"“{good}” by label", rates),
        ("good_plain", f"“{good}” by {plain}", rates),
        ("good_model", f"“{good}” by {model}", rates),
        ("good_change", "change", "Of 100 people, with a paired 95% interval."),
        ("better", f"Changed to “{good}”", _CHANGED),
        ("worse", f"Changed to “{bad}”", _CHANGED),
    ]
    if is_told:
        among = (
            f"Of 100 people whose label is “{good}”, with a 95% interval; in brackets the count."
        )
        columns += [
            ("harmed_plain", f"Wrongly “{bad}” by {plain}", among),
            ("harmed_model", f"Wrongly “{bad}” by {model}", among),
            ("harmed_change", "change", "Of 100 such people, with a paired 95% interval."),
        ]
    return [each for each in columns if plain != model or _is_of_one(each[0])]


def _cells(table: pd.DataFrame, name: str) -> list[Any]:
    if name == "n":
        return [f"{n:,.0f}" for n in table["n"]]
    if name in ("better", "worse"):
        return [
            f"{count:,.0f} ({right:,.0f})"
            for count, right in zip(table[name], table[f"{name}_right"], strict=True)
        ]
    is_change = name.endswith("_change")
    rate, in_text = (name, signed) if is_change else (f"{name}_rate", written)
    cells: list[Any] = []
    for _, row in table.iterrows():
        value, low, high = (in_text(100 * row[f"{rate}{end}"]) for end in ("", "_low", "_high"))
        count = "" if is_change else f" [{row[name]:,.0f}]"
        cells.append(None if pd.isna(row[rate]) else f"{value} ({low} to {high}){count}")
    return cells

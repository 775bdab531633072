"""What is said of a result beside its picture: in brief, and in full under "Numbers"."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.data.people import people_of
from fairmoe.data.small_groups import catch_all, merged_before
from fairmoe.figures.people import EVERYONE
from fairmoe.names import PLAIN_MODEL
from fairmoe.sentences.audits import DECISIONS_COMPARED, existing_in_words, how_it_decides
from fairmoe.sentences.costs import others_ahead, simpler_is_better
from fairmoe.sentences.people import of_hundred_takeaway
from fairmoe.sentences.result import changed_harm, who_gets_it
from fairmoe.sentences.single_expert import nearly_alone
from fairmoe.sentences.small_groups import made_of
from fairmoe.sentences.wording import may_be_chance
from fairmoe.sentences.worse import gap_not_surely_smaller, what_got_worse, wrongly_given_it
from fairmoe.ui.frame.components import NUMBERS, NUMBERS_ICON
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.state import Session
from fairmoe.ui.understand.criterion import criterion
from fairmoe.ui.understand.merged import offer_merge, one_group_in_words
from fairmoe.ui.understand.people import ask_meaning, between_people, show_people_table
from fairmoe.ui.understand.plain_model import cost_of_mixture, plain_in_words, plain_model
from fairmoe.ui.understand.result import is_of_people, result_in
from fairmoe.ui.understand.rows import ahead_by_chance_in

if TYPE_CHECKING:
    from fairmoe.runs import Run


_WORSE, _OTHERS, _GATE = "What gets worse", "Other models", "The gate"
_ELSE = "What else gets worse"


def show_words(state: Session, kept: KeptRun) -> None:
    """Say who gets the outcome less often, and whose lot changes against the plain model."""
    run = kept.run
    told = [_who(state, run, brief=True), _aim(state, run), _merged(kept, brief=True)]
    # What an alarm says need not be said again.
    if is_of_people() and "mixture" not in run.alarms("test"):
        told.append(_harm(state, run, brief=True))
    existing = run.roles.existing
    if existing is not None and plain_model(run) == "existing":
        told.append(f"{how_it_decides(existing, run.data.words)} {DECISIONS_COMPARED}")
    st.markdown(escape_markdown(" ".join(filter(None, told))))
    if is_of_people():
        ask_meaning(state, run, brief=True)


def show_worse(state: Session, run: "Run") -> None:
    """Say what gets worse than with the plain model, and which other model does better.

    Both are as loud as what gets better.
    """
    told = _beside(state, run, brief=True)
    if "mixture" in run.alarms("test"):
        # How a mixture that is no choice comes about stands behind "Numbers".
        told.pop(_GATE, None)
        told = {_ELSE if name == _WORSE else name: text for name, text in told.items()}
    elif run.roles.target.favourable is not None and _WORSE not in told:
        plain = plain_in_words(run)
        rates = wrongly_given_it(result_in(state, run).changes, *run.good_and_bad, plain=plain)
        st.caption(escape_markdown(rates))
    if told:
        st.markdown(_lines(told))


def show_numbers(state: Session, kept: KeptRun) -> None:
    """Show the people of all groups behind "Numbers", below what the page says in brief of them."""
    if not is_of_people():
        return
    numbers = st.expander(NUMBERS, icon=NUMBERS_ICON, key="result-numbers", on_change="rerun")
    if not numbers.open:
        return
    run = kept.run
    with numbers:
        told = [_who(state, run), _merged(kept), _harm(state, run), cost_of_mixture(run, "test")]
        st.markdown(escape_markdown(" ".join(filter(None, told))))
        st.markdown(_lines(_beside(state, run)))
        offer_merge(state, run)
        account, plain = result_in(state, run).account, plain_in_words(run)
        show_people_table(
            pd.concat([account.groups, account.everyone.rename(EVERYONE).to_frame().T]),
            run.good_and_bad,
            is_told=run.roles.target.favourable is not None,
            key="result-people",
            alt=of_hundred_takeaway(
                account.groups, run.good_and_bad[0], models=(plain, "the mixture gives")
            ),
            models=(plain, "the mixture"),
        )


def _who(state: Session, run: "Run", *, brief: bool = False) -> str:
    gap = result_in(state, run).gaps["model"]
    return who_gets_it(
        between_people(gap, people_of(run.data.groups, run.roles)),
        run.good_and_bad[0],
        groups=len(run.data.groups),
        among_labelled=criterion(run) == "eo",
        brief=brief,
    )


def _aim(state: Session, run: "Run") -> str:
    """Say that the gap is not surely smaller than with the plain model, if so.

    Of many groups there is no room for figures, which stand below the picture too.
    """
    found = result_in(state, run)
    change = found.changes.T["denied" if criterion(run) == "eo" else "gets"]
    return gap_not_surely_smaller(
        found.gaps["plain"].value,
        found.gaps["model"].value,
        name=plain_in_words(run),
        chance=may_be_chance(change["low"], change["high"]),
        brief=len(run.data.groups) > 2,
    )


def _merged(kept: KeptRun, *, brief: bool = False) -> str:
    """Say which groups are told of as one, or were merged before the training; if any."""
    run, made = kept.run, catch_all(kept.run.data.groups)
    if run.unmerged is not None:
        small = [name for name in run.unmerged.data.groups if name not in run.data.groups]
        return made_of(made, small, brief=True) if brief else one_group_in_words(run)
    return "" if kept.rows is None else made_of(made, merged_before(kept.rows), brief=brief)


def _harm(state: Session, run: "Run", *, brief: bool = False) -> str:
    """Say whose lot changes; nothing where no outcome is good or bad for the person."""
    if run.roles.target.favourable is None:
        return ""
    groups = result_in(state, run).account.groups
    return changed_harm(
        groups.rename(index=people_of(run.data.groups, run.roles)),
        *run.good_and_bad,
        plain=plain_in_words(run),
        brief=brief,
    )


def _beside(state: Session, run: "Run", *, brief: bool = False) -> dict[str, str]:
    """Return what gets worse, what other models do and what the gate does, as far as any does."""
    from fairmoe.analysis.single_expert import leading_expert  # noqa: PLC0415

    found, favourable = result_in(state, run), run.roles.target.favourable
    told = {}
    if favourable is not None:
        told[_WORSE] = what_got_worse(
            found.changes,
            *run.good_and_bad,
            favourable=favourable,
            plain=plain_in_words(run),
            brief=brief,
        )
    existing = run.roles.existing
    names = {"utility": PLAIN_MODEL}
    names |= {"existing": existing_in_words(existing)} if existing is not None else {}
    small = bool(found.small) or run.unmerged is not None
    ahead = others_ahead(
        found.others,
        names,
        small=small,
        constant=found.constant,
        chance=ahead_by_chance_in(state, "test"),
        brief=brief,
    )
    acc = {model: of["acc"] for model, of in run.scores["test"].items()}
    chance = may_be_chance(*found.simpler)
    # In brief that a simpler model is more accurate is not told where it could be chance.
    if not (brief and chance):
        ahead = f"{ahead} {simpler_is_better(acc['utility'], acc['logistic'], chance=chance)}"
    told[_OTHERS] = ahead.strip()
    leading = leading_expert(run)
    if leading is not None:
        told[_GATE] = nearly_alone(*leading)
    return {name: text for name, text in told.items() if text}


def _lines(told: Mapping[str, str]) -> str:
    return "  \n".join(f"**{name}:** {escape_markdown(text)}" for name, text in told.items())

"""Two questions to a front: what a loss of accuracy buys, and what a small gap costs."""

from functools import partial
from typing import TYPE_CHECKING

import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS, GapName
from fairmoe.sentences.front import (
    chosen_point,
    next_smaller,
    no_improvement,
    passed_over,
    wish_missed,
)
from fairmoe.sentences.peers import fit_within
from fairmoe.sentences.trade_off import gap_missed
from fairmoe.ui.decide.peers import peers_beside
from fairmoe.ui.frame.kept import Explored, KeptRun
from fairmoe.ui.frame.of_table import of_table
from fairmoe.ui.frame.state import Session

if TYPE_CHECKING:
    from fairmoe.runs import Run


def show_wishes(state: Session, kept: KeptRun, gap: GapName, explored: Explored) -> None:
    """Answer both questions by a point of the front, and let it be shown on all pages.

    Points are chosen on the validation rows; what is told of them holds for the test rows.

    Args:
        state: The session.
        kept: With the front, and the groups by which it is told of.
        gap: Which one the questions are about.
        explored: Has the fits of others that are there.
    """
    loss, limit = st.columns(2)
    with loss:
        accepted = st.number_input(
            "I accept this much less accuracy, in pp. What do I get?",
            *(0.0, 100.0, 1.0, 0.5),
            format="%.1f",
            key=of_table("wish-loss", kept.run.data.sha256),
        )
        _answer(state, kept, gap, "loss", max_loss=accepted / 100)
    with limit:
        most = st.number_input(
            f"I want the {METRICS[gap].label} below this, in pp. What does it cost?",
            *(0.0, 100.0, 5.0, 0.5),
            format="%.1f",
            key=of_table("wish-gap", kept.run.data.sha256),
        )
        point = _answer(state, kept, gap, "gap", max_gap=most / 100)
        told = _told_of_peers(explored, gap, most / 100, point)
        if told:
            st.caption(escape_markdown(told))


def _answer(
    state: Session,
    kept: KeptRun,
    gap: GapName,
    name: str,
    *,
    max_gap: float | None = None,
    max_loss: float | None = None,
) -> "Run | None":
    """Answer one of the questions, and return the point that fulfils the wish, if there is one.

    One that is worse on the test rows than the mixture shown is not offered, unless that one
    raises an alarm, and so is no choice.
    """
    from fairmoe.dial import choose_point, loss_for_less  # noqa: PLC0415
    from fairmoe.runs import compared_scores_of  # noqa: PLC0415

    try:
        point = choose_point(kept.front, gap=gap, max_gap=max_gap, max_loss=max_loss)
    except InvalidInputError as error:
        st.caption(escape_markdown(f"{_passed_over(kept, None, gap, max_gap, max_loss)}{error}"))
        return None
    first = _passed_over(kept, point, gap, max_gap, max_loss)
    told = f"{first}{_told(point, gap)}"
    found, shown = compared_scores_of(point), compared_scores_of(kept.run)
    if max_gap is not None:
        told += wish_missed(METRICS[gap].label, wished=max_gap, found=found[gap])
    elif not first:
        told += next_smaller(METRICS[gap].label, loss_for_less(kept.front, point, gap=gap))
    worse = ""
    if "mixture" not in kept.run.alarms():
        worse = no_improvement((found[gap], found["acc"]), (shown[gap], shown["acc"]))
    st.markdown(escape_markdown(f"{told}{worse}"))
    if worse:
        return point
    st.button(
        "Show this point",
        key=f"take-{name}",
        icon=":material/tune:",
        disabled=point.run_id == kept.run.run_id,
        on_click=partial(_take, state, point.run_id),
    )
    return point


def _passed_over(
    kept: KeptRun,
    point: "Run | None",
    gap: GapName,
    max_gap: float | None,
    max_loss: float | None,
) -> str:
    """Say why points are not offered that fulfil a wish on the test rows alone."""
    from fairmoe.dial import limits_passed_over  # noqa: PLC0415

    label, is_one_offered = METRICS[gap].label, point is not None
    if max_gap is not None:
        gaps = limits_passed_over(kept.front, point, max_gap, by_loss=False, gap=gap)
        return gap_missed(label, gaps, wished=max_gap, is_one_offered=is_one_offered)
    assert max_loss is not None
    losses = limits_passed_over(kept.front, point, max_loss, by_loss=True, gap=gap)
    return passed_over(label, losses, accepted=max_loss, is_one_offered=is_one_offered)


def _told_of_peers(explored: Explored, gap: GapName, wished: float, point: "Run | None") -> str:
    """Say which fit of others keeps to a limit, where the point that was found does no better."""
    from fairmoe.runs import compared_scores_of  # noqa: PLC0415

    test = peers_beside(explored, gap)
    fits = peers_beside(explored, gap, "validation").assign(
        gap_test=test["gap"], accuracy_test=test["accuracy"]
    )
    mixture = None
    if point is not None:
        known, found = compared_scores_of(point, split="validation"), compared_scores_of(point)
        mixture = pd.Series(
            {"accuracy": known["acc"], "gap_test": found[gap], "accuracy_test": found["acc"]}
        )
    return fit_within(fits, wished, METRICS[gap].label, mixture)


def _take(state: Session, run_id: str) -> None:
    """Show a point of the front with the groups that it was trained with."""
    assert state.kept is not None
    state.turn_dial(next(point for point in state.kept.front if point.run_id == run_id))


def _told(point: "Run", gap: GapName) -> str:
    from fairmoe.runs import compared_scores  # noqa: PLC0415

    scores = compared_scores(point)
    return chosen_point(
        point.settings.fairness_weight,
        METRICS[gap].label,
        gap=(scores["utility"][gap], scores["mixture"][gap]),
        accuracy=(scores["utility"]["acc"], scores["mixture"]["acc"]),
    )

"""How long work will take, told before it begins."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from fairmoe.config import Settings
from fairmoe.data import LabelledTable
from fairmoe.sentences.training import expected_time
from fairmoe.ui.frame.kept import KeptRun
from fairmoe.ui.frame.limits import encoded_features
from fairmoe.ui.frame.preload import preload
from fairmoe.ui.frame.state import Session

_SECONDS_BETWEEN_LOOKS = 1.0


def show_expected_time(state: Session, settings: Settings, *, recommended: bool) -> None:
    """Say about how long a training with these settings takes, here and now, and two.

    Args:
        state: The session; experts of the runs that it trained are not trained again.
        settings: What to train with.
        recommended: Whether other settings are tried first.
    """
    rows = state.labelled
    if rows is None:
        return
    if preload().is_alive():
        _tell_soon()
        return
    # It imports what trains.
    from fairmoe.analysis.awareness import other_awareness  # noqa: PLC0415

    one = _seconds(state, rows, settings, recommended=recommended)
    # The other run takes the settings that are found for the first.
    other = replace(rows, roles=other_awareness(rows.roles))
    both = one + _seconds(state, other, settings, recommended=False)
    st.caption(expected_time(one * _factor(), both=both * _factor()))


def _seconds(
    state: Session, rows: LabelledTable, settings: Settings, *, recommended: bool
) -> float:
    known = _trained_on(state, rows)
    reading = repr(rows.table.reading.options)
    return state.once(
        ("expected", state.version, reading, rows.roles, settings, recommended, tuple(known)),
        lambda: _training_seconds(rows, settings, recommended=recommended, known=known),
    )


@st.fragment(run_every=_SECONDS_BETWEEN_LOOKS)
def _tell_soon() -> None:
    """Draw the page again once what trains is imported."""
    if not preload().is_alive():
        st.rerun()


def front_seconds(state: Session, kept: KeptRun) -> float:
    """Return about how many seconds the front of a run takes."""
    known = [kept.run.settings] if _is_trained(state, kept) else []
    key = ("front-seconds", kept.run.run_id, bool(known))
    return _factor() * state.once(key, lambda: _front_seconds(kept, known))


def _front_seconds(kept: KeptRun, known: Sequence[Settings]) -> float:
    from fairmoe.dial import front_settings  # noqa: PLC0415
    from fairmoe.training import Size, expected_seconds, new_experts  # noqa: PLC0415

    size, runs = Size.of_run(kept.run), front_settings(kept.run)
    new = new_experts(runs, known)
    return float(sum(expected_seconds(size, runs, new=new, baselines=False).values()))


def peers_seconds(kept: KeptRun, methods: Sequence[str], points: int) -> float:
    """Return about how many seconds Fairlearn's methods take on the rows of a run."""
    from fairmoe.baselines import FAIRLEARN  # noqa: PLC0415
    from fairmoe.training import Size  # noqa: PLC0415

    size = Size.of_run(kept.run)
    each = (info.seconds(size.rows, size.inputs) for m, info in FAIRLEARN.items() if m in methods)
    return _factor() * points * sum(each)


def _is_trained(state: Session, kept: KeptRun) -> bool:
    """Return whether a run was trained here; the experts of one that was opened are not at hand."""
    return any(point.run_id in state.trained for point in (kept.run, *kept.run.front))


def _trained_on(state: Session, rows: LabelledTable) -> list[Settings]:
    """Return the settings of the runs that were trained here on some rows."""
    return [
        kept.run.settings
        for kept in state.runs.values()
        if _is_trained(state, kept)
        and kept.run.data.sha256 == rows.table.sha256
        and kept.run.roles == rows.roles
    ]


def _training_seconds(
    rows: LabelledTable, settings: Settings, *, recommended: bool, known: Sequence[Settings]
) -> float:
    """Return about how many seconds a training takes where `REFERENCE` was measured."""
    from fairmoe.sweep import recommendation_seconds  # noqa: PLC0415
    from fairmoe.training import Size, expected_seconds, new_experts  # noqa: PLC0415

    size = Size.of_labelled(rows, encoded_features(rows, settings))
    if recommended:
        return recommendation_seconds(size, settings, known=known)
    return sum(expected_seconds(size, [settings], new=new_experts([settings], known)).values())


def _factor() -> float:
    from fairmoe.training import PACE  # noqa: PLC0415

    return PACE.factor()

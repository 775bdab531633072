"""Where the settings of a training can start: presets of the lambdas, or a run before."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from fairmoe.config import LAMBDAS, Settings
from fairmoe.data import DEMO_SETTINGS
from fairmoe.ui.frame.state import Session


@dataclass(frozen=True)
class Preset:
    """Values of the four lambdas that belong together.

    Attributes:
        label: Its name.
        meaning: What it is for, in one sentence.
        lambdas: Values in the order of `fairmoe.config.LAMBDAS`; none if a small sweep is to find
            them.
    """

    label: str
    meaning: str
    lambdas: tuple[float, float, float, float] | None


PRESETS: dict[str, Preset] = {
    "balanced": Preset(
        "Balanced", "Every aim counts as much as the prediction itself.", (1.0, 1.0, 1.0, 1.0)
    ),
    "utility": Preset(
        "Utility only",
        "No fairness loss at all: three experts of one aim, for comparison.",
        (0.0, 0.0, 0.0, 0.0),
    ),
    "result": Preset(
        "Result-fair",
        "Presses for equal outcomes; how they come about is left free.",
        (1.0, 10.0, 0.0, 0.0),
    ),
    "procedural": Preset(
        "Procedural",
        "Presses for equal reasons; what comes out of them is left free.",
        (0.0, 0.0, 10.0, 10.0),
    ),
    "recommended": Preset(
        "Recommended",
        "Tries nine likely settings around the ones below, with two seeds each, and keeps the best "
        "on the validation rows. It takes two to four times as long as one training.",
        None,
    ),
}
_RECOMMENDED = "recommended"
_SWITCH = "preset"
_FINDING = "find-settings"
_BEFORE = "settings-from"


def setting_key(name: str) -> str:
    """Return the key of the control of a setting."""
    return f"setting-{name}"


def start_from(state: Session) -> bool:
    """Let the user take the lambdas of a preset, or all settings of a run of this session.

    Returns:
        Whether settings are to be recommended, rather than those taken that the controls stand at.
    """
    st.session_state[_SWITCH] = _preset_in_use()
    with st.container(horizontal=True, horizontal_alignment="distribute"):
        chosen = st.segmented_control(
            "Preset",
            list(PRESETS),
            format_func=lambda key: PRESETS[key].label,
            key=_SWITCH,
            on_change=_take_preset,
            help="Sets the four fairness weights (lambdas); move a slider, and the settings are "
            "your own. 'Recommended' sets none: it finds some, around those that the sliders stand "
            "at.",
        )
        if state.runs:
            st.selectbox(
                "Settings of a previous run",
                list(state.runs),
                format_func=lambda run_id: state.runs[run_id].name,
                index=None,
                placeholder="Choose a run to take its settings",
                key=_BEFORE,
                on_change=_take_settings,
                args=(state,),
                help="Sets every control on this page as it stood for that run.",
                width=320,
            )
    st.caption(PRESETS[chosen].meaning if chosen else "Your own mix of the four fairness weights.")
    return chosen == _RECOMMENDED


def _preset_in_use() -> str | None:
    if st.session_state.get(_FINDING, False):
        return _RECOMMENDED
    values = tuple(
        st.session_state.get(setting_key(name), getattr(Settings(), name)) for name in LAMBDAS
    )
    return next((key for key, preset in PRESETS.items() if preset.lambdas == values), None)


def _take_preset() -> None:
    chosen = st.session_state[_SWITCH]
    st.session_state[_FINDING] = chosen == _RECOMMENDED
    lambdas = PRESETS[chosen].lambdas if chosen else None
    if lambdas is not None:
        _set(dict(zip(LAMBDAS, lambdas, strict=True)))


def _take_settings(state: Session) -> None:
    run_id = st.session_state[_BEFORE]
    if run_id in state.runs:
        st.session_state[_FINDING] = False
        stand_at(state.runs[run_id].run.settings)
    st.session_state[_BEFORE] = None


def stand_at(settings: Settings) -> None:
    """Let every control of the page Train stand as in some settings."""
    _set({name: _as_shown(name, value) for name, value in settings.to_dict().items()})


def leave_the_demo() -> None:
    """Let settings that were the demo's alone stand as usual, now that another table is there."""
    usual = Settings().to_dict()
    own = {name: value for name, value in DEMO_SETTINGS.to_dict().items() if value != usual[name]}
    if all(st.session_state.get(setting_key(name)) == value for name, value in own.items()):
        _set({name: _as_shown(name, usual[name]) for name in own})


def _as_shown(name: str, value: Any) -> Any:
    """Return the value that the control of a setting has; an empty number stands for `auto`."""
    return None if value == "auto" and name != "device" else value


def _set(values: dict[str, Any]) -> None:
    for name, value in values.items():
        st.session_state[setting_key(name)] = value

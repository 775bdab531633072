"""Where the settings of a training can start: presets of the lambdas, or a run before."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from fairmoe.config import LAMBDAS, Settings
from fairmoe.ui.state import Session


@dataclass(frozen=True)
class Preset:
    """Values of the four lambdas that belong together.

    Attributes:
        label: Its name.
        meaning: What it is for, in one sentence.
        lambdas: Values in the order of `fairmoe.config.LAMBDAS`.
    """

    label: str
    meaning: str
    lambdas: tuple[float, float, float, float]


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
}
_SWITCH = "preset"
_BEFORE = "settings-from"


def setting_key(name: str) -> str:
    """Return the key of the control of a setting."""
    return f"setting-{name}"


def start_from(state: Session) -> None:
    """Let the user take the lambdas of a preset, or all settings of a run of this session."""
    left, right = st.columns([3, 2], vertical_alignment="top")
    st.session_state[_SWITCH] = _preset_in_use()
    with left:
        chosen = st.segmented_control(
            "Preset",
            list(PRESETS),
            format_func=lambda key: PRESETS[key].label,
            key=_SWITCH,
            on_change=_take_preset,
            help="Sets the four lambdas. Move a slider, and the settings are your own.",
        )
        st.caption(PRESETS[chosen].meaning if chosen else "Your own mix of the four lambdas.")
    if state.runs:
        with right:
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
            )


def _preset_in_use() -> str | None:
    values = tuple(
        st.session_state.get(setting_key(name), getattr(Settings(), name)) for name in LAMBDAS
    )
    return next((key for key, preset in PRESETS.items() if preset.lambdas == values), None)


def _take_preset() -> None:
    chosen = st.session_state[_SWITCH]
    if chosen is not None:
        _set(dict(zip(LAMBDAS, PRESETS[chosen].lambdas, strict=True)))


def _take_settings(state: Session) -> None:
    run_id = st.session_state[_BEFORE]
    if run_id in state.runs:
        settings = state.runs[run_id].run.settings
        _set({name: _as_shown(name, value) for name, value in settings.to_dict().items()})
    st.session_state[_BEFORE] = None


def _as_shown(name: str, value: Any) -> Any:
    """Return the value that the control of a setting has; an empty number stands for `auto`."""
    return None if value == "auto" and name != "device" else value


def _set(values: dict[str, Any]) -> None:
    for name, value in values.items():
        st.session_state[setting_key(name)] = value

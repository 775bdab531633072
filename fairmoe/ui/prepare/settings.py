"""The controls of a training: one weight of fairness, and all settings behind "Advanced"."""

import dataclasses
import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_origin

import streamlit as st

from fairmoe.config import LAMBDAS, Settings
from fairmoe.ui.prepare.objective import show_objective
from fairmoe.ui.prepare.presets import setting_key

_ALL = "fairness-weight"
LAMBDA_STEPS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0)
PARTS = {
    "schedule": "Schedule",
    "experts": "Experts",
    "gate": "Gate",
    "evaluation": "Evaluation",
    "data": "Data",
}


@dataclass(frozen=True)
class _Lambda:
    title: str
    expert: str
    formula: str
    meaning: str


_LAMBDAS = {
    "lambda_rep": _Lambda(
        "Representation alignment",
        "result expert",
        r"\mathcal{L}_{rep} = \lVert \mu_0 - \mu_1 \rVert_2^2",
        "Pulls the groups' average hidden vectors together, so that the expert describes the "
        "groups alike.",
    ),
    "lambda_fair": _Lambda(
        "Outcome gaps",
        "result expert",
        r"\mathcal{L}_{fair} = \tfrac{1}{2} (\mathcal{L}_{DP} + \mathcal{L}_{EO})",
        "Shrinks the difference in how often each group is predicted positive, among all and among "
        "those who truly are.",
    ),
    "lambda_attention": _Lambda(
        "Attention alignment",
        "procedural expert",
        r"\mathcal{L}_{attention} = JSD(A_0, A_1)",
        "Makes the expert rely on the same columns to the same degree for every group.",
    ),
    "lambda_adv": _Lambda(
        "Adversaries",
        "procedural expert",
        r"\mathcal{L}_{adv} = \tfrac{1}{2} (\mathcal{L}_{adv}^{hidden}"
        r" + \mathcal{L}_{adv}^{logits})",
        "Trains against two opponents that try to guess the group from the hidden vector and from "
        "the prediction.",
    ),
}


def settings_controls(*, before_advanced: Callable[[], None] = lambda: None) -> Settings:
    """Draw all controls and return the settings that they stand at.

    Args:
        before_advanced: Draws what stands between the slider and the settings behind "Advanced".

    Raises:
        InvalidInputError: A setting is outside its limits.
    """
    fields = {field.name: field for field in dataclasses.fields(Settings)}
    values: dict[str, Any] = {}
    _weight_of_all()
    before_advanced()
    with st.expander("Advanced", icon=":material/tune:", key="advanced"):
        lambdas, formulas, *others = st.tabs(["Fairness weights", "Formulas", *PARTS.values()])
        with lambdas, st.grid(2, min_column_width=340):
            for name in LAMBDAS:
                values[name] = _lambda_card(name, fields[name].metadata["help"])
        for tab, part in zip(others, PARTS, strict=True):
            with tab, st.grid(3, min_column_width=220):
                chosen = [
                    field
                    for field in fields.values()
                    if field.metadata["part"] == part and field.name not in LAMBDAS
                ]
                values |= _controls(chosen)
        values["device"] = _device(fields["device"])
        settings = Settings(**values)
        with formulas:
            show_objective(settings)
    return settings


def _weight_of_all() -> None:
    """Draw the slider that sets all four lambdas to one value."""
    now = [st.session_state[_begun(name, getattr(Settings(), name))] for name in LAMBDAS]
    st.session_state[_ALL] = max(now)

    def take() -> None:
        for name in LAMBDAS:
            st.session_state[setting_key(name)] = st.session_state[_ALL]

    st.select_slider(
        "Fairness weight",
        sorted({*LAMBDA_STEPS, max(now)}),
        format_func=lambda step: f"{step:g}" if step else "off",
        key=_ALL,
        on_change=take,
        help="How much equal outcomes and equal reasons count in training, against being right. "
        "It sets the four fairness weights (lambdas) under Advanced, which the experts are trained "
        "with; at 0 they are switched off. How much the gate counts the gaps is another choice: "
        "“How much should fairness count?” on Result. The scale is logarithmic.",
    )
    if len(set(now)) > 1:
        each = ", ".join(
            f"{name.replace('lambda_', '')} {value:g}"
            for name, value in zip(LAMBDAS, now, strict=True)
        )
        st.caption(f"The four weights differ ({each}); the slider sets all of them.")


def _lambda_card(name: str, text: str) -> float:
    about, key = _LAMBDAS[name], _begun(name, getattr(Settings(), name))
    # A preset or an earlier run may stand between two steps.
    steps = sorted({*LAMBDA_STEPS, st.session_state[key]})
    with st.container(border=True):
        st.markdown(f"**{about.title}** :gray[in the {about.expert}]")
        st.caption(about.meaning)
        st.latex(about.formula)
        value: float = st.select_slider(
            name.replace("lambda_", "λ "),
            steps,
            format_func=lambda step: f"{step:g}",
            help=f"{text} At 0 it is switched off; the scale is logarithmic.",
            key=key,
            persist_state="session",
        )
        return value


def _device(field: dataclasses.Field[Any]) -> str:
    names = {"auto": "A GPU if there is one", "cpu": "CPU", "cuda": "GPU (CUDA)"}
    device = st.segmented_control(
        "Compute on",
        list(names),
        format_func=names.__getitem__,
        required=True,
        help=field.metadata["help"],
        key=_begun("device", "auto"),
        persist_state="session",
    )
    assert device is not None
    return device


def _controls(fields: Iterable[dataclasses.Field[Any]]) -> dict[str, Any]:
    return {field.name: _control(field) for field in fields}


def _control(field: dataclasses.Field[Any]) -> Any:
    default: Any = field.default
    label = field.name.replace("_", " ").capitalize()
    common: dict[str, Any] = {
        "help": field.metadata["help"],
        "key": _begun(field.name, None if default == "auto" else default),
        "persist_state": "session",
    }
    if field.type is bool:
        return st.toggle(label, **common)
    if get_origin(field.type) is Literal:
        return st.selectbox(
            label,
            get_args(field.type),
            format_func=lambda word: word.replace("_", " "),
            **common,
        )
    may_be_empty = default in ("auto", None)
    kind = float if float in (field.type, *get_args(field.type)) else int
    limits: dict[str, Any] = {
        "min_value": kind(field.metadata["low"]),
        "max_value": kind(field.metadata["high"]),
        "value": None if may_be_empty else "min",
        "step": _step(default) if isinstance(default, float) else None,
        "format": "%g" if kind is float else "%d",
    }
    number = st.number_input(
        label, placeholder=default if default == "auto" else "as the seed", **limits, **common
    )
    return default if number is None else number


def _begun(name: str, initial: Any) -> str:
    """Return the key of a control, whose value begins as `initial`.

    Not given to the control itself, since presets and earlier runs set it too.
    """
    key = setting_key(name)
    st.session_state.setdefault(key, initial)
    return key


def _step(default: float) -> float:
    """Return a step of the size of the number, so that 0.0001 does not move by 0.01."""
    return float(10.0 ** math.floor(math.log10(default))) if default > 0 else 0.01

"""Which models are no choice, in numbers: equal because everyone is treated worse, and others."""

from collections.abc import Mapping
from typing import Any

from fairmoe.names import Model
from fairmoe.sentences.wording import capitalised, the_model

EQUAL_AT_THE_COST_OF_ALL = "Equal because everyone is treated worse"
MORE_EQUAL_AT_THE_COST_OF_ALL = "More equal because everyone is treated worse"
WORSE_FOR_ALL = "Everyone is treated worse"
FAR_TOO_MANY = "The same answer goes to far too many"
FAR_TOO_FEW = "One of the answers goes to far too few"
_CLOSER = 0.01
"""From how much smaller a gap is called more equal, and up to what is left of it equal."""

_FAR = 1.5
"""From so many times as have it as their label, an answer goes to far too many."""

BELOW_ONE_ANSWER = "Less accurate than the same answer for all"
ALARM_MEANS = (
    "No choice: it harms more people in every group, is less accurate than the same answer for "
    "all, or gives an answer to far too many or too few."
)
"""Where an alarm is marked only."""

ALARM = "Alarm!"
"""What the shell begins an alarm of the mixture with."""

OTHERS_RAISE_ONE = {
    True: "The mixture is not alone in raising an alarm. Other models that do:",
    False: "The mixture raises no alarm. Other models do:",
}
"""What stands before the alarms of other models, by whether the mixture raises one."""


def alarms_in_words(
    alarms: Mapping[Model, Mapping[str, Any]],
    *,
    words: tuple[str, str],
    favourable: bool | None,
) -> tuple[str, ...]:
    """Say of each model with an alarm what it does to everyone.

    Args:
        alarms: By model, as `fairmoe.metrics.Alarm.to_dict` returns them.
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person; None if it is neither, or that
            was not told.

    Returns:
        One text for each model, of two to four sentences.
    """
    return tuple(
        _in_words(the_model(model), alarm, words, favourable) for model, alarm in alarms.items()
    )


def alarm_alone(model: str, alarm: Mapping[str, Any], *, words: tuple[str, str]) -> str:
    """Say why decisions are no choice that stand beside no plain model.

    Args:
        model: What decides.
        alarm: As `fairmoe.metrics.Alarm.to_dict` returns it.
        words: What both outcomes are called, the positive one first.
    """
    return " ".join([f"{_of_all(alarm)}: {model}.", *_about_all(alarm, words)])


def _about_all(alarm: Mapping[str, Any], words: tuple[str, str]) -> list[str]:
    told = []
    if alarm["lopsided"]:
        told.append(
            f"It gives “{words[0]}” to {_percent(alarm['predicted_rate'])} of the people, of whom "
            f"{_percent(alarm['true_rate'])} have it as their label."
        )
    if alarm["inaccurate"]:
        told.append(
            f"It is right about {_percent(alarm['accuracy'])} of them, the same answer for all "
            f"about {_percent(alarm['constant_accuracy'])}."
        )
    return told


def _in_words(
    model: str, alarm: Mapping[str, Any], words: tuple[str, str], favourable: bool | None
) -> str:
    heading = _heading(alarm)
    told = [f"{heading}: {model}."]
    if heading == MORE_EQUAL_AT_THE_COST_OF_ALL:
        gaps = f"{_points(alarm['gap'])} pp (utility expert {_points(alarm['plain_gap'])})"
        told.append(f"Its gap is smaller, not gone: {gaps}.")
    told += _about_all(alarm, words)
    if alarm["harm"] is not None:
        good, bad = words if favourable else words[::-1]
        groups = ", more in every group" if alarm["harmful"] else ""
        told.append(
            f"Of those labelled “{good}”, {_percent(alarm['harm'])} wrongly get “{bad}” (utility "
            f"expert {_percent(alarm['plain_harm'])}){groups}."
        )
    return capitalised(" ".join(told))


def _heading(alarm: Mapping[str, Any]) -> str:
    """Name what is wrong: equality only if no gap is left, everyone if each group."""
    if alarm["harmful"]:
        gap, plain_gap = alarm["gap"], alarm["plain_gap"]
        if gap is None or plain_gap - gap < _CLOSER:
            return WORSE_FOR_ALL
        return EQUAL_AT_THE_COST_OF_ALL if gap < _CLOSER else MORE_EQUAL_AT_THE_COST_OF_ALL
    return _of_all(alarm)


def _of_all(alarm: Mapping[str, Any]) -> str:
    if not alarm["lopsided"]:
        return BELOW_ONE_ANSWER
    given, labelled = alarm["predicted_rate"], alarm["true_rate"]
    is_too_many = given > _FAR * labelled or 1 - given > _FAR * (1 - labelled)
    return FAR_TOO_MANY if is_too_many else FAR_TOO_FEW


def _points(gap: float) -> str:
    return f"{100 * gap:.1f}"


def _percent(share: float) -> str:
    return f"{100 * share:.1f}%"

"""What stands on the map of a mixture, and what a screen reader says of it."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from fairmoe._escape import Html
from fairmoe._units import beside_one_half, counted_people
from fairmoe.figures.mixture_map import Stop, mixture_map, percent_of
from fairmoe.names import EXPERTS, LEAST_PEOPLE, METRICS, MIXTURE_AND_EXPERTS, MODELS, Model
from fairmoe.sentences.wording import listed, the_model

EVERYONE = "Everyone"
AIMS: Mapping[str, str] = {
    "utility": "wants right answers",
    "result": "wants equal outcomes",
    "procedural": "wants equal reasons",
}
"""What each expert is trained for, beside being right."""


Scores = Mapping[Model, Mapping[str, float]]


def map_of_mixture(
    weights: "pd.Series[float]", scores: Scores, who: str, *, is_group: bool = True
) -> Html:
    """Return the map of a mixture, for everyone or for one group.

    Args:
        weights: A row of what `fairmoe.analysis.routing.weights_by_group` returns.
        scores: By model, `acc` and `dp`, the gap, in [0, 1].
        who: "Everyone", or the group's name.
        is_group: Whether it is a group's, who may be called as everyone is.
    """
    shares = {str(expert): float(weights[expert]) for expert in EXPERTS}
    experts, mixture = expert_stops(scores), mixture_stop(scores)
    told = f"the group {who}" if is_group else "everyone"
    return mixture_map(
        shares,
        data=people_stop(who, int(weights["rows"])),
        experts=experts,
        mixture=mixture,
        alt=map_takeaway(told, shares, experts, mixture),
    )


def map_of_person(
    said: Mapping[Any, float], words: tuple[str, str], group: str, *, turned: bool = False
) -> Html:
    """Return one person's way through the mixture.

    Args:
        said: The probability of each model, and as "weight of" an expert the gate's weight.
        words: What both outcomes are called, the positive one first.
        group: Of the person.
        turned: Whether probabilities of the other outcome are told.
    """
    shares = {str(expert): float(said[f"weight of {expert}"]) for expert in EXPERTS}
    experts, mixture = person_stops(said, words, turned=turned)
    return mixture_map(
        shares,
        data=Stop("This person", (group,)),
        experts=experts,
        mixture=mixture,
        alt=map_takeaway("this person", shares, experts, mixture),
    )


def map_of_lesson(weights: Mapping[str, float]) -> Html:
    """Return the map of mixtures that are only weighed, not scored.

    Args:
        weights: The mean weight of each of `EXPERTS`, in [0, 1].
    """
    experts = {str(expert): Stop(MODELS[expert], (AIMS[expert],)) for expert in EXPERTS}
    mixture = Stop(MODELS["mixture"], ("the weighted mean",))
    return mixture_map(
        weights,
        data=Stop("Applicants"),
        experts=experts,
        mixture=mixture,
        alt=map_takeaway("the applicants", weights, experts, mixture),
    )


def map_explained(apart: Sequence[str], *, weighted: bool = False) -> str:
    """Say what the widths and the gap on a map mean.

    Args:
        apart: Groups that are too small to be compared.
        weighted: Whether people count by weights.
    """
    enough = f"groups of at least {LEAST_PEOPLE} people"
    if weighted:
        enough = f"groups that count, by their weights, as at least {LEAST_PEOPLE} people"
    which = enough if apart else "all groups"
    return f"Widths: mean gate weights. Gap: demographic parity difference between {which}."


def expert_stops(scores: Scores) -> dict[str, Stop]:
    """Return what each expert wants, and how accurate and how unequal it is.

    Args:
        scores: By model and metric.
    """
    return {
        expert: Stop(MODELS[expert], (AIMS[expert], *_accuracy_and_gap(scores[expert])))
        for expert in EXPERTS
    }


def mixture_stop(scores: Scores) -> Stop:
    """Return how accurate and how unequal the mixture is.

    Args:
        scores: By model and metric.
    """
    return Stop(MODELS["mixture"], _accuracy_and_gap(scores["mixture"]))


def people_stop(name: str, people: int) -> Stop:
    """Return whom the map is about.

    Args:
        name: A group, or "Everyone".
        people: How many they are.
    """
    return Stop(name, (counted_people(people),))


def person_stops(
    proba: Mapping[str, float], words: tuple[str, str], *, turned: bool = False
) -> tuple[dict[str, Stop], Stop]:
    """Return what each expert and the mixture say of one person.

    Args:
        proba: By model, the probability of the positive outcome, in [0, 1].
        words: What both outcomes are called, the positive one first.
        turned: Whether probabilities of the other one are told.
    """
    told = {model: 1 - proba[model] if turned else proba[model] for model in MIXTURE_AND_EXPERTS}
    stops = {
        model: Stop(
            MODELS[model],
            (
                *((AIMS[model],) if model in AIMS else ()),
                f"“{words[turned]}”: {beside_one_half(told[model], digits=0)}",
                f"so “{words[0] if proba[model] > 0.5 else words[1]}”",
            ),
        )
        for model in MIXTURE_AND_EXPERTS
    }
    mixture = stops.pop("mixture")
    return {expert: stops[expert] for expert in EXPERTS}, mixture


def map_takeaway(
    who: str, weights: Mapping[str, float], experts: Mapping[str, Stop], mixture: Stop
) -> str:
    """Say what the map shows: whom the gate listens to, and what each has to say.

    Args:
        who: Whom the map is about, as a sentence speaks of them.
        weights: The gate's weight of each of `EXPERTS`, in [0, 1].
        experts: What stands on the map of each.
        mixture: What stands on it of the mixture.
    """
    percent = percent_of(weights)
    shares = listed([f"{the_model(expert)} {percent[expert]}%" for expert in EXPERTS])
    told = [f"{stop.title}: {', '.join(stop.lines)}." for stop in (*experts.values(), mixture)]
    return f"For {who} the gate gives {shares} of the weight. {' '.join(told)}"


def no_map(rows: int, needed: int) -> str:
    """Say that there are too few rows for a map."""
    return (
        f"Not estimable: the map needs at least {needed} people who count, and this split has "
        f"{rows}."
    )


def _accuracy_and_gap(scores: Mapping[str, float]) -> tuple[str, str]:
    return (
        f"accuracy {METRICS['acc'].text(scores['acc'])}",
        f"gap {METRICS['dp'].text(scores['dp'])}",
    )

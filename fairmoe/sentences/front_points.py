"""What is to be known of the points of a front beside where they lie."""

from collections.abc import Sequence

import pandas as pd

from fairmoe.sentences.wording import listed


def points_explained(points: pd.DataFrame) -> str:
    """Say which points have other experts, decide the same, and are joined by the line.

    Args:
        points: As `fairmoe.runs.front_tables` returns them.

    Returns:
        Sentences with a blank before each.
    """
    return harder_experts(points) + decide_the_same(points) + line_explained(points)


def decide_the_same(points: pd.DataFrame) -> str:
    """Say which mixtures decide the same about everyone, and so are one point of most gaps.

    Args:
        points: As `front_takeaway` takes them, with `weight` and `decides_as`, the weight of the
            first that decides the same.

    Returns:
        A sentence with a blank before it; nothing where no two do.
    """
    alike = [
        _weights(list(same["weight"]))
        for _, same in points.groupby("decides_as", sort=False)
        if len(same) > 1
    ]
    if not alike:
        return ""
    others = f", as do those of {' and those of '.join(alike[1:])}" if alike[1:] else ""
    return (
        f" The mixtures of weights {alike[0]} decide the same about everyone in these rows{others}."
    )


def _weights(weights: Sequence[float]) -> str:
    return listed([f"{weight:g}" for weight in weights], most=len(weights))


def line_explained(points: pd.DataFrame) -> str:
    """Say what the line through some of the points is.

    Args:
        points: As `front_takeaway` takes them, with `on_front`.

    Returns:
        A sentence with a blank before it; nothing where fewer than two points are joined.
    """
    joined = int(points["on_front"].sum())
    if joined < 2:
        return ""
    alarms = " without an alarm" if points["alarming"].any() else ""
    return (
        f" The blue line joins the {joined} of {len(points)} mixtures that no other{alarms} beats "
        "in both accuracy and gap on these rows."
    )


def harder_experts(points: pd.DataFrame) -> str:
    """Say which mixtures have a result expert that was pushed harder, and why.

    Args:
        points: As `front_takeaway` takes them, with `weight` and `harder`.

    Returns:
        A sentence with a blank before it; nothing where all have the same.
    """
    far = points[points["harder"] > 1]
    if far.empty:
        return ""
    weights = listed([f"{weight:g}" for weight in far["weight"]])
    of_weights = f"weight {weights} has" if len(far) == 1 else f"weights {weights} have"
    return (
        f" The mixture{'s' * (len(far) > 1)} of {of_weights} a result expert that counts the gaps "
        f"{far['harder'].iloc[0]:g} times as much: with it the far end did better on the "
        "validation rows, which could be chance."
    )

"""What a mixture makes worse than the plain model: the good outcome wrongly given, and gaps."""

import pandas as pd

LEAST_PEOPLE = 30
"""Groups of fewer people are not compared."""

_CLEAR = 0.01
"""From this change on, in [0, 1], something is told to be worse."""


def what_got_worse(
    groups: pd.DataFrame, good: str, bad: str, *, favourable: bool, plain: str = "plain model"
) -> str:
    """Say what is worse than with the plain model: more who wrongly get it, and larger gaps.

    Args:
        groups: `fairmoe.metrics.Account.groups`, of a mixture beside the plain model.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
        favourable: Whether the good one is the positive class; the terms are of that class, so
            only then they are named.
        plain: What the plain model is called, without an article.

    Returns:
        What follows "What gets worse:"; nothing if nothing does.
    """
    labelled_bad = groups["n"] - groups["good_label"]
    if not labelled_bad.sum():
        return ""
    given = {source: _wrongly_given(groups, source) for source in ("plain", "model")}
    before, after = (given[source].sum() / labelled_bad.sum() for source in ("plain", "model"))
    told = []
    if after - before >= _CLEAR:
        rates = f"{100 * after:.0f} wrongly get “{good}” ({plain} {100 * before:.0f})"
        told.append(f"of 100 people labelled “{bad}”, {rates}")
    gaps = [
        f"{what} ({term if favourable else ''}{100 * after:.1f} pp, {plain} {100 * before:.1f})"
        for (what, term), (before, after) in _gaps(groups, given, good).items()
        if after - before >= _CLEAR
    ]
    if gaps:
        told.append(f"groups differ more in {' and in '.join(gaps)}")
    return f"{'; '.join(told)}." if told else ""


def wrongly_given_it(
    groups: pd.DataFrame, good: str, bad: str, *, plain: str = "plain model"
) -> str:
    """Say of 100 people with the bad label how many wrongly get the good outcome.

    Args:
        groups: `fairmoe.metrics.Account.groups`, of a mixture beside the plain model.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
        plain: What the plain model is called, without an article.
    """
    labelled_bad = (groups["n"] - groups["good_label"]).sum()
    if not labelled_bad:
        return f"Nobody in these rows has the label “{bad}”."
    before, after = (
        100 * _wrongly_given(groups, source).sum() / labelled_bad for source in ("plain", "model")
    )
    return (
        f"Of 100 people labelled “{bad}”, {after:.0f} wrongly get “{good}” ({plain} {before:.0f})."
    )


def _wrongly_given(groups: pd.DataFrame, source: str) -> "pd.Series[float]":
    """Return how many of each group get the good outcome against their label."""
    rightly = groups["good_label"] - groups[f"harmed_{source}"]
    return (groups[f"good_{source}"] - rightly).clip(lower=0)


def _gaps(
    groups: pd.DataFrame, given: "dict[str, pd.Series[float]]", good: str
) -> dict[tuple[str, str], tuple[float, float]]:
    """Return what may differ more between the groups: with the plain model, with the mixture.

    Each is told in words, and by the term that there is for it.
    """
    good_label, bad_label = groups["good_label"], groups["n"] - groups["good_label"]
    people = groups["n"]
    rates = {
        ("who gets it", "demographic parity: "): (
            groups["good_plain"],
            groups["good_model"],
            people,
            people,
        ),
        ("who is wrongly denied it", "equal opportunity: "): (
            groups["harmed_plain"],
            groups["harmed_model"],
            good_label,
            good_label,
        ),
        ("who wrongly gets it", ""): (given["plain"], given["model"], bad_label, bad_label),
        (f"how often “{good}” is right", "predictive parity: "): (
            groups["good_plain"] - given["plain"],
            groups["good_model"] - given["model"],
            groups["good_plain"],
            groups["good_model"],
        ),
    }
    gaps = {}
    for named, (before, after, among_before, among_after) in rates.items():
        # Else a gap would be called larger because a group was left out before.
        compared = (among_before >= LEAST_PEOPLE) & (among_after >= LEAST_PEOPLE)
        gaps[named] = (
            _gap((before / among_before)[compared]),
            _gap((after / among_after)[compared]),
        )
    return gaps


def _gap(rates: "pd.Series[float]") -> float:
    """Return the largest difference between groups; 0 for fewer than two."""
    return float(rates.max() - rates.min()) if len(rates) > 1 else 0.0

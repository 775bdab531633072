"""What a model changes for people, counted in people."""

import pandas as pd


def changes_for_people(of: "pd.Series[float]", good: str, bad: str) -> str:
    """Say how many people get the good outcome, and for how many the mixture changes it how.

    Args:
        of: Of everyone, as `fairmoe.metrics.Account` counts them against the utility expert.
        good: What the outcome that is good for the person is called.
        bad: What the other one is called.
    """
    changed = int(of["better"] + of["worse"])
    right = int(of["better_right"] + of["worse_right"])
    told = (
        f"Of {of['n']:,.0f} people in the test rows the mixture gives the outcome “{good}” to "
        f"{of['good_model']:,.0f}, the utility expert to {of['good_plain']:,.0f}."
    )
    if not changed:
        return f"{told} Both decide alike for everyone."
    changes = "change" if changed == 1 else "changes"
    told = (
        f"{told} For {of['better']:,.0f} people the mixture changes “{bad}” to “{good}”, for "
        f"{of['worse']:,.0f} the reverse; the label agrees with {right:,} of "
        f"{changed:,} {changes}."
    )
    if not of["good_label"]:
        return told
    return (
        f"{told} Of 100 people whose label is “{good}”, the mixture wrongly gives “{bad}” to "
        f"{100 * of['harmed_model_rate']:.1f}, the utility expert to "
        f"{100 * of['harmed_plain_rate']:.1f}."
    )

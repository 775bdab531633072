"""What each lesson shows."""

import pandas as pd

from fairmoe._units import written
from fairmoe.figures.lessons.criteria import RATES
from fairmoe.figures.lessons.experts import SHOWN
from fairmoe.figures.lessons.gate import ESTIMATORS
from fairmoe.figures.lessons.spread import range_of, spread
from fairmoe.figures.lessons.strength import told_by_columns
from fairmoe.names import METRICS
from fairmoe.sentences.wording import capitalised, the_model

BIAS_EXPLAINED = (
    "Log-odds are the score behind a probability. With 1.7, where a man has an even chance to be "
    "hired, a woman of the same skill has 15%; with 0.5 she has 38%."
)

_EVEN, _CERTAIN, _UNDECIDED, _APART = 0.3, 0.75, 0.5, 0.1
"""Between the weights of the most and the least used expert of even use; means of the largest
weights of rows; and how far means over seeds are from those of one seed before it is said."""

_OF_STRENGTH = {
    "dp": ("the DP gap", "pp"),
    "eo": ("the EO gap", "pp"),
    "f_res": ("their mean", "pp"),
    "utility": ("utility", "%"),
}


def attention_takeaway(shares: pd.DataFrame, scores: pd.DataFrame, strength: float) -> str:
    """Say how far the attention lies apart, and in which column most.

    Args:
        shares: Of the chosen strength, a row per `seed`, `group` and `column`.
        scores: Of all strengths, a row per `strength` and `seed`.
        strength: The chosen one.
    """
    own, without = (scores[scores["strength"] == value] for value in (strength, 0.0))
    means = shares.groupby(["column", "group"])["attention"].mean().unstack()
    apart = means.max(axis=1) - means.min(axis=1)
    column = str(apart.idxmax())
    low, high = sorted(100 * means.loc[column])
    told = f"With λ attention = {strength:g} the divergence is {spread(own['att_jsd'], '%', 2)}"
    if strength > 0:
        told += f", against {100 * float(without['att_jsd'].mean()):.2f} at 0"
    return (
        f"{told}. The groups differ most in {column}: {low:.1f} and {high:.1f}% of the attention. "
        f"Utility is {spread(own['utility'])}, the DP gap {spread(own['dp'], 'pp')}."
    )


def chance_takeaway(gaps: pd.DataFrame, limit: float, *, smaller: int, false_alarms: float) -> str:
    """Say how often chance reaches the limit, and what a test makes of it.

    Args:
        gaps: A row per table, with its `gap`.
        limit: In [0, 1].
        smaller: Rows of the smaller group.
        false_alarms: The share of tables that the test called unequal.
    """
    # As in the figure: a rounding error short of the limit is at the limit.
    share = float((gaps["gap"] + 1e-11 >= limit).mean())
    return (
        f"With {smaller:,} rows in the smaller group, equal treatment shows a gap of "
        f"{100 * limit:g} pp or more in {share:.1%} of the tables. The mean gap is "
        f"{100 * float(gaps['gap'].mean()):.1f} pp. A permutation test at 5% calls "
        f"{false_alarms:.1%} of the tables unequal."
    )


def constant_takeaway(scores: pd.DataFrame, base_rate: float) -> str:
    """Say who wins at a base rate, if the seeds agree on it."""
    here = scores[scores["base_rate"] == base_rate]
    mixture = here.loc[here["model"] == "mixture", "final_score"]
    constant = float(here.loc[here["model"] == "constant", "final_score"].iloc[0])
    ahead = int((mixture > constant).sum())
    if ahead == len(mixture):
        verdict = "the mixture is ahead with every seed"
    elif ahead == 0:
        verdict = "the constant is ahead of every seed"
    else:
        verdict = f"the mixture is ahead with {ahead} of {len(mixture)} seeds"
    return (
        f"At a base rate of {base_rate:.0%} the constant scores {written(100 * constant)} and the "
        f"mixture {spread(mixture, '')}: {verdict}."
    )


def criteria_takeaway(rates: pd.DataFrame) -> str:
    """Say what the rule leaves of both gaps, and how far the base rates differ."""
    base, parity, opportunity = (
        100 * float(rates[rate].max() - rates[rate].min()) for rate in RATES
    )
    approved, rows = int(rates["selected"].sum()), int(rates["n"].sum())
    return (
        f"The labels of the groups differ by {base:.1f} pp. This rule hires {approved:,} of "
        f"{rows:,} people and leaves a DP gap of {parity:.1f} pp and an EO gap of "
        f"{opportunity:.1f} pp."
    )


def experts_takeaway(scores: pd.DataFrame, chosen: str) -> str:
    """Say what the chosen expert does, beside the utility expert."""
    told = []
    for metric in SHOWN:
        own, other = (scores.loc[scores["model"] == m, metric] for m in (chosen, "utility"))
        about = METRICS[metric]
        digits = 2 if metric == "att_jsd" else 1
        against = "" if chosen == "utility" else f" against {100 * float(other.mean()):.{digits}f}"
        told.append(f"{about.label} {spread(own, about.unit, digits)}{against}")
    beside = "" if chosen == "utility" else ", against the means of the utility expert"
    return f"{capitalised(the_model(chosen))}{beside}: {'; '.join(told)}."


def gradient_takeaway(estimates: pd.DataFrame, truth: float) -> str:
    """Say which estimator scatters most and which least around the truth, and what teaches nothing.

    Args:
        estimates: A row per `estimator` and draw, with its `estimate`.
        truth: What they aim at.
    """
    by_name = estimates.groupby("estimator")["estimate"]
    scatter = by_name.std().drop("blind")
    most, least = str(scatter.idxmax()), str(scatter.idxmin())
    return (
        f"The truth is {written(truth, 3)}. Estimates scatter most with “{ESTIMATORS[most].label}” "
        f"(standard deviation {scatter[most]:.3f}) and least with “{ESTIMATORS[least].label}” "
        f"({scatter[least]:.3f}). Where the reward ignores the actions, they average "
        f"{written(by_name.mean()['blind'], 3)}."
    )


def balance_takeaway(usage: pd.DataFrame, certainty: pd.DataFrame) -> str:
    """Say how even the use is and how decided the rows are.

    Args:
        usage: A row per `seed` and `expert`, with its mean `weight`.
        certainty: Rows of each `seed`, with the mean of the `largest` weights of its rows.
    """
    by_expert = usage.pivot_table(index="seed", columns="expert", values="weight")
    least, most = by_expert.min(axis=1).mean(), by_expert.max(axis=1).mean()
    mean, below, above = range_of(certainty.groupby("seed")["largest"].first())
    use = "evenly" if most - least < _EVEN else "unevenly"
    sure = "certain" if mean >= _CERTAIN else "undecided" if mean < _UNDECIDED else "fairly certain"
    told = (
        f"The experts are used {use}, and about single rows the gate is {sure}. In one training "
        f"the most used expert has {most:.0%} of the weight and the least used {least:.0%}, in the "
        f"mean of the seeds. "
    )
    over_seeds = by_expert.mean()
    if most - over_seeds.max() >= _APART:
        told += (
            "It is not the same expert with every seed: the map, which shows means over the seeds, "
            f"gives no expert more than {over_seeds.max():.0%}. "
        )
    return (
        f"{told}The largest weight of a row is {mean:.0%} on average ({mean - below:.0%} to "
        f"{mean + above:.0%} by seed)."
    )


def outcome_weight_takeaway(scores: pd.DataFrame, strength: float) -> str:
    """Say where the gaps and utility go, beside those without the weight."""
    own, without = (scores[scores["strength"] == value] for value in (strength, 0.0))
    if strength == 0:
        told = "; ".join(
            f"{name} {spread(own[metric], unit)}" for metric, (name, unit) in _OF_STRENGTH.items()
        )
        return f"With λ fair = 0, in the mean of the seeds: {told}."
    moved = {
        metric: _moved(name, without[metric], own[metric], unit)
        for metric, (name, unit) in _OF_STRENGTH.items()
    }
    ways = {_way(without[metric], own[metric]) for metric in ("dp", "eo")}
    traded = " One gap is traded for the other." if ways == {"falls", "rises"} else ""
    return (
        f"With λ fair = {strength:g} in the place of 0, in the mean of the seeds, {moved['dp']} "
        f"and {moved['eo']}; {moved['f_res']}; {moved['utility']}.{traded}"
    )


def _moved(name: str, before: pd.Series, after: pd.Series, unit: str) -> str:
    """Say where a score goes; in brackets its range over the seeds."""
    way, old = _way(before, after), f" from {100 * float(before.mean()):.1f} to "
    return f"{name} {way}{' at ' if way == 'stays' else old}{spread(after, unit)}"


def _way(before: pd.Series, after: pd.Series) -> str:
    old, new = (100 * float(of.mean()) for of in (before, after))
    # What is told alike is alike.
    if f"{old:.1f}" == f"{new:.1f}":
        return "stays"
    return "falls" if new < old else "rises"


def reversal_takeaway(scores: pd.DataFrame, strength: float) -> str:
    """Say how well the probe does, and what that did to utility and the gaps."""
    own, without = (scores[scores["strength"] == value] for value in (strength, 0.0))
    told = f"With λ adv = {strength:g} the probe reaches an AUC of {spread(own['told'])}"
    if strength > 0:
        told += f", against {100 * float(without['told'].mean()):.1f} without adversaries"
    return (
        f"{told} and {100 * told_by_columns(scores):.1f} from the columns themselves. Utility is "
        f"{spread(own['utility'])}, the DP gap {spread(own['dp'], 'pp')}, the EO gap "
        f"{spread(own['eo'], 'pp')}."
    )

"""What a report says in sentences, for readers who know no statistics."""

import math
from collections.abc import Callable

import pandas as pd

from fairmoe.metrics import GAPS, Gap
from fairmoe.names import INSUFFICIENT, METRICS, MODELS, Model
from fairmoe.report.findings import Attention, Findings
from fairmoe.sentences.cautions import too_few
from fairmoe.sentences.routing import gate_reading, weights_takeaway
from fairmoe.sentences.wording import capitalised, listed

UNLIKELY = 0.05
_AMONG: dict[str, Callable[[pd.Series], int]] = {
    "dp": lambda row: int(row["n"]),
    "eo": lambda row: int(row["positives"]),
}
_MOST_NAMED = 8
_MOST_COLUMNS = 3


def what_was_trained(found: Findings) -> str:
    """Say what was trained on what, and to predict what."""
    run = found.run
    rows = {split: len(record.y_true) for split, record in run.splits.items()}
    used = sum(rows.values())
    left_out = run.data.rows - used
    return (
        f"A mixture of three experts and a gate learnt to predict {run.data.positive} from "
        f"{run.data.name or 'an unnamed table'}, a table of {run.data.rows:,} rows and "
        f"{run.data.columns:,} columns. It learnt from {rows['train']:,} rows, its weights were "
        f"chosen on {rows['validation']:,} others, and what it does to people is measured on "
        f"{rows['test']:,} test rows that neither saw."
        + (
            f" {left_out:,} rows were left out because the outcome or the group is missing."
            if left_out
            else ""
        )
    )


def who_is_compared(found: Findings) -> str:
    """Say which groups are compared, and how many rows each has."""
    groups = found.run.data.groups
    named = [f"{name} ({rows:,} rows)" for name, rows in groups.items()]
    columns = " crossed with ".join(found.run.roles.sensitive_columns)
    return f"It compares {len(groups)} groups by {columns}: {listed(named, _MOST_NAMED)}."


def gap_in_words(found: Findings, model: Model, metric: str) -> str:
    """Say what `gap_between` says, of one model on the test rows."""
    return gap_between(found.gaps[model][metric], found.rates[model], model, metric)


def gap_between(gap: Gap, rates: pd.DataFrame, model: Model, metric: str) -> str:
    """Say who is ahead of whom in one rate, by how much, and what chance would make of it.

    Args:
        gap: As `fairmoe.metrics.largest_gaps` returns it for the metric.
        rates: As `fairmoe.metrics.group_rates` returns it.
        model: Whose gap it is.
        metric: "dp" or "eo".
    """
    label = MODELS[model]
    among = {"dp": "", "eo": "Among those who truly are positive, "}[metric]
    if not gap.highest:
        return (
            f"{among}{label}: {INSUFFICIENT}, for some group has no "
            f"{'positive ' if metric == 'eo' else ''}test rows."
        )
    if gap.test.difference == 0:
        share = rates[GAPS[metric]].iloc[0]
        told = f"the {label.lower()} predicts positive for {100 * share:.1f}% of every group"
        return capitalised(f"{among}{told}: no gap.")
    high, low = (_rate(rates, metric, name) for name in (gap.highest, gap.lowest))
    often, than = ("more often", "than") if len(rates) == 2 else ("most often", "and least often")
    told = (
        f"{among}the {label.lower()} predicts positive {often} for {gap.highest} ({high}) "
        f"{than} for {gap.lowest} ({low}): {gap.highest} is "
        f"{100 * gap.test.difference:.1f} percentage points ahead."
    )
    return f"{capitalised(told)} {chance(gap.test.p_value)}"


def chance(p: float, what: str = "gap") -> str:
    """Say how often groups drawn at random show a gap as large, and what follows."""
    often = (
        "fewer than 1 in 1,000 draws"
        if p < 0.001
        else f"about {max(1, round(1000 * p)):,} in 1,000 draws"
    )
    verdict = (
        "chance alone hardly explains it"
        if p <= UNLIKELY
        else f"chance alone may explain it, which does not prove that there is no {what}"
    )
    return f"Groups drawn at random show a {what} as large in {often} ({p_value(p)}): {verdict}."


def p_value(p: float) -> str:
    """Return a p-value as a reader sees it.

    Example:
        >>> p_value(0.0005), p_value(0.0421), p_value(float("nan"))
        ('p < 0.001', 'p = 0.042', 'insufficient data')
    """
    if math.isnan(p):
        return INSUFFICIENT
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def cost(found: Findings, reference: Model) -> str:
    """Say what the mixture gives up and gains against another model."""
    scores, about = found.scores, found.compared[reference]
    told = [_change(scores, reference, metric) for metric in ("utility", "f_res", "f_proc")]
    name = MODELS[reference].lower()
    sentence = f"Against the {name}, the mixture has {listed(told)}."
    if not about.differ:
        return f"{sentence} They decide alike on all {about.rows:,} test rows."
    return (
        f"{sentence} They decide differently on {about.differ:,} of {about.rows:,} test rows; "
        f"on {about.won:,} of these the mixture is right."
    )


def spread(found: Findings) -> str:
    """Say how far a score can be trusted."""
    low, high = found.accuracy["mixture"]
    rows = len(found.run.splits["test"].y_true)
    return (
        f"These are the scores of one split and one seed. On {rows:,} test rows the accuracy of "
        f"the mixture ({METRICS['acc'].text(float(found.scores['acc']['mixture']))}) has a 95% "
        f"interval of {100 * low:.1f} to {100 * high:.1f}%, and the gaps are less certain still, "
        f"for they rest on parts of these rows. Do not rank models by differences smaller than "
        f"that without more seeds and splits."
    )


def whom_the_gate_asks(found: Findings) -> str:
    """Say how much the gate decides, and where it treats the groups differently."""
    return f"{gate_reading(found.routed)} {weights_takeaway(found.weights)}"


def what_it_looks_at(attention: Attention) -> str:
    """Say which columns the mixture rests on for each group, and what chance would make of it."""
    known = attention.means.dropna(subset="mean")
    told = []
    for group, of in known.groupby("group", sort=False):
        most = of.nlargest(_MOST_COLUMNS, "mean", keep="first")
        pairs = zip(most["column"], most["mean"], strict=True)
        told.append(f"for {group} at {listed([f'{c} ({100 * m:.0f}%)' for c, m in pairs])}")
    more = f"; {len(told) - _MOST_NAMED} more groups are in the table" * (len(told) > _MOST_NAMED)
    looks = f"The mixture looks most {'; '.join(told[:_MOST_NAMED])}{more}."
    test = attention.test
    if math.isnan(test.p_value):
        return looks
    return (
        f"{looks} The groups' attention lies {100 * test.difference:.2f} points apart (0: the same "
        f"for all, 100: no column in common). {chance(test.p_value, 'distance')}"
    )


def one_class_only(found: Findings) -> str:
    """Name the models that predict (almost) one class only; nothing if there are none."""
    names = listed([MODELS[model] for model in found.collapsed])
    if not names:
        return ""
    return (
        f"Predicts (almost) only one class: {names}. Its gaps are small because it treats "
        f"everyone the same way, rightly or wrongly."
    )


def limits(found: Findings) -> tuple[str, ...]:
    """Return what a reader must know before using any figure."""
    run = found.run
    few = too_few(found.rates["mixture"])
    least = found.rates["mixture"]["n"].min()
    return (
        f"One split and one seed ({run.settings.seed}). Another split or another seed gives other "
        f"figures; train again with several seeds before a decision hangs on them.",
        few
        or f"The smallest group has {least:,} test rows; gaps between small groups are "
        f"mostly chance, so read the intervals.",
        "The labels are taken as they are. If people decided them with prejudice, a model that "
        "repeats the prejudice scores well, and gaps among the truly positive are misleading.",
        "Correlation is not cause. That a model looks at a column says neither that the column "
        "causes the outcome nor that changing it would help anyone.",
        "Only the groups named here were compared. Other groups, and people within a group, may "
        "be treated differently in ways that no figure of this report shows.",
        _what_positive_means(found),
        "Many figures were computed. Of tests where there is nothing to find, one in twenty still "
        "shows p < 0.05.",
        "A model that gives everyone the same answer has no gaps. Read gaps beside utility.",
        "This report measures; it gives no verdict on whether a model treats people justly.",
    )


def _what_positive_means(found: Findings) -> str:
    positive, other = found.run.data.words
    cost = "What a wrong decision costs whom is not known to the report."
    if found.run.roles.target.outcome is None:
        return (
            f"Whether being predicted positive ({found.run.data.positive}) is a benefit or a "
            f"burden was not told. {cost}"
        )
    words = {
        "good": f"good for the person, and “{other}” bad",
        "bad": f"bad for the person, and “{other}” good",
        "neither": "neither good nor bad for the person",
    }
    return f"The user said that “{positive}” is {words[found.run.roles.target.outcome]}. {cost}"


def _rate(rates: pd.DataFrame, metric: str, group: str) -> str:
    rate, row = GAPS[metric], rates.T[group]
    return (
        f"{100 * row[rate]:.1f}% of {_AMONG[metric](row):,}, "
        f"95% interval {100 * row[f'{rate}_low']:.1f} to {100 * row[f'{rate}_high']:.1f}%"
    )


def _change(scores: pd.DataFrame, reference: Model, metric: str) -> str:
    about = METRICS[metric]
    value, before = float(scores[metric]["mixture"]), float(scores[metric][reference])
    if math.isnan(value - before):
        return f"a {about.label.lower()} that cannot be compared ({INSUFFICIENT})"
    points = round(100 * (value - before), 1)
    numbers = f"{METRICS[metric].text(value)} against {METRICS[metric].text(before)}"
    if points == 0:
        return f"the same {about.label.lower()} ({numbers})"
    word = "higher" if points > 0 else "lower"
    return f"{abs(points):.1f} percentage points {word} {about.label.lower()} ({numbers})"

"""The trained models side by side, and what they do to each group."""

from collections.abc import Collection, Mapping, Sequence

import pandas as pd

from fairmoe._escape import Html
from fairmoe.figures.bars import Bar, Row, bar_rows, interval_point
from fairmoe.figures.palette import MODEL_STYLES, group_styles
from fairmoe.names import FEW_MARK, METRICS, MODELS, RATES, SUMMARY

SCORES_ASKED = "Which model is useful, and which treats the groups alike?"
RATES_ASKED = "What happens to each group?"
SHOWN_RATES = ("selection_rate", "true_positive_rate", "false_positive_rate", "accuracy")


def scores_bars(scores: pd.DataFrame, metrics: Sequence[str] = SUMMARY, *, alt: str) -> Html:
    """Draw some scores of every model side by side.

    Args:
        scores: As `fairmoe.figures.tables.score_table` returns it.
        metrics: Which scores, keys of `METRICS`.
        alt: What a screen reader says.
    """
    rows = []
    for model in (model for model in MODELS if model in scores.index):
        own = {metric: float(scores[metric][model]) for metric in metrics}
        colour = MODEL_STYLES[model].colour
        bars = [Bar(0.0, 100 * own[m], METRICS[m].text(own[m]), colour) for m in metrics]
        rows.append(Row(MODELS[model], bars))
    return bar_rows(
        [METRICS[metric].label for metric in metrics],
        rows,
        foot="",
        alt=alt,
        value_width=5,
        notes=[METRICS[metric].direction for metric in metrics],
        axes=range(len(metrics)),
    )


def rates_bars(
    rates: pd.DataFrame,
    words: tuple[str, str],
    *,
    favourable: bool | None,
    alt: str,
    apart: Mapping[str, Collection[str]] | None = None,
) -> Html:
    """Draw what happens to each group, with intervals.

    Args:
        rates: As `fairmoe.metrics.group_rates` returns it.
        words: What both outcomes are called, the positive one first.
        favourable: Whether the positive one is good for the person; if it is bad, the first panel
            is of the other one.
        alt: What a screen reader says.
        apart: By rate, groups of too few people, as `fairmoe.metrics.Review` has them: their rates
            have `FEW_MARK`.
    """
    outcome = words[1] if favourable is False else words[0]
    titles = {rate: RATES[rate] for rate in SHOWN_RATES} | {"selection_rate": f"Given “{outcome}”"}
    styles = group_styles([str(name) for name in rates.index])
    rows = []
    for (name, own), style in zip(rates.iterrows(), styles, strict=True):
        bars = []
        for rate in SHOWN_RATES:
            value, low, high = (100 * float(own[f"{rate}{end}"]) for end in ("", "_low", "_high"))
            if rate == "selection_rate" and favourable is False:
                value, low, high = 100 - value, 100 - high, 100 - low
            few = FEW_MARK if name in (apart or {}).get(rate, ()) else ""
            bars.append(interval_point(value, (low, high), style.colour, unit=f"%{few}"))
        rows.append(Row(str(name), bars))
    return bar_rows(list(titles.values()), rows, foot="", alt=alt, value_width=3.6)

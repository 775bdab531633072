"""What cut-offs do: accuracy, gaps, cost, and the account in people, beside the run as trained."""

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from fairmoe._escape import escape_markdown
from fairmoe.figures.cutoffs import cutoffs_figure
from fairmoe.figures.people import EVERYONE, hundred_figure
from fairmoe.sentences.cutoffs import cutoffs_in_words, effect_of_cutoffs
from fairmoe.sentences.people import of_hundred_takeaway
from fairmoe.ui.frame.components import NUMBERS, NUMBERS_ICON, show_chart, show_table
from fairmoe.ui.understand.judged import Judged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from fairmoe.analysis import Costs

AS_TRAINED = 0.5
"""The cut-off of a run whose thresholds nobody moved."""


def show_effect(judged: Judged, thresholds: tuple[float, ...], costs: "Costs") -> None:
    """Show what deciding by some thresholds, one per group, changes."""
    from fairmoe.analysis.effects import effect_of  # noqa: PLC0415
    from fairmoe.metrics import account_in_people  # noqa: PLC0415

    run, record = judged.run, judged.run.splits[judged.split]
    proba, groups = record.proba[judged.model].astype(np.float64), list(run.data.groups)
    decided = proba > np.array(thresholds)[record.group]
    target, (good, bad) = run.roles.target, run.good_and_bad
    account = account_in_people(
        record.y_true,
        proba > AS_TRAINED,
        decided,
        group=record.group,
        group_names=groups,
        favourable=target.favourable is not False,
        sample_weight=record.weight,
    )
    effects = pd.DataFrame(
        {
            name: effect_of(record, yes, proba, n_groups=len(groups), costs=costs)
            for name, yes in (
                ("As trained", proba > AS_TRAINED),
                ("With these cut-offs", decided),
            )
        }
    ).T
    everyone = account.everyone
    before, after = (
        {
            "n": everyone["n"],
            "good": everyone[f"good_{given}"],
            "harm": everyone[f"harmed_{given}_rate"] if target.favourable is not None else np.nan,
        }
        | effects.T[row].to_dict()
        for row, given in zip(effects.index, ("plain", "model"), strict=True)
    )
    told = effect_of_cutoffs(before, after, good, bad)
    st.markdown(escape_markdown(told))
    parts: dict[str, NDArray[np.float64]] = {
        name: proba[record.group == g] for g, name in enumerate(groups)
    }
    show_chart(
        cutoffs_figure(parts, thresholds, run.data.words[0]),
        takeaway=cutoffs_in_words(groups, thresholds, run.data.words[0]),
        source=judged.source,
        key=f"cutoffs-{judged.key}",
    )
    # Where nobody's decision changes there is nothing to be seen of people.
    if (decided != (proba > AS_TRAINED)).any():
        table = pd.concat([account.groups, everyone.rename(EVERYONE).to_frame().T])
        show_chart(
            hundred_figure(
                table,
                good=good,
                is_told=target.favourable is not None,
                models=("the model as trained", "these cut-offs"),
            ),
            takeaway=of_hundred_takeaway(
                account.groups, good, models=("the model as trained", "these cut-offs give")
            ),
            source=judged.source,
            key=f"cutoffs-people-{judged.key}",
        )
    _show_numbers(effects, judged, told)


def _show_numbers(effects: pd.DataFrame, judged: Judged, told: str) -> None:
    columns = {
        "accuracy": "Accuracy",
        "f1": "F1",
        "gap": "DP gap",
        "true_positive_gap": "EO gap",
        "false_positive_gap": "FPR gap",
        "cost": "Cost by 100 people",
    }
    numbers = st.expander(NUMBERS, icon=NUMBERS_ICON, key="cutoffs-open")
    with numbers:
        shown = effects.assign(**{name: 100 * effects[name] for name in columns if name != "cost"})
        show_table(
            shown.rename_axis("Decisions"),
            key=f"cutoffs-table-{judged.key}",
            alt=told,
            columns={
                name: st.column_config.NumberColumn(
                    label, format="%.1f pp" if name.endswith("gap") else "%.1f"
                )
                for name, label in columns.items()
            },
            csv=effects,
            folded=False,
        )

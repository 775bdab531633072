"""Findings to the sentences that need several of them."""

from collections.abc import Sequence

import pandas as pd

from fairmoe.analysis.result import who_counts_in_final_score
from fairmoe.figures.tables import score_table
from fairmoe.names import MODELS, Model
from fairmoe.report.findings import Findings
from fairmoe.runs import compared_scores
from fairmoe.sentences.alarms import alarms_in_words
from fairmoe.sentences.cautions import limits, merged_groups
from fairmoe.sentences.gaps import GapMetric, who_gets_more
from fairmoe.sentences.small_groups import ALL_SCORES_DO
from fairmoe.sentences.training import what_was_trained, who_is_compared
from fairmoe.sentences.wording import drawn_from


def limits_of(found: Findings) -> tuple[str, ...]:
    """Return what a reader must know before using any figure of these findings."""
    run = found.run
    merged = (merged_groups(found.merged, found.smallest),) if found.merged else ()
    return merged + limits(
        found.rates["mixture"],
        run.settings.seed,
        positive=run.data.positive,
        words=run.data.words,
        outcome=run.roles.target.outcome,
    )


def alarms_in(found: Findings, models: Sequence[Model] = tuple(MODELS)) -> tuple[str, ...]:
    """Say which of some models are no choice, and why."""
    run = found.run
    return alarms_in_words(
        {model: found.alarms[model].to_dict() for model in models if model in found.alarms},
        words=run.data.words,
        favourable=run.roles.target.favourable,
    )


def who_gets_more_in(found: Findings, metric: GapMetric) -> str:
    """Say which group gets the outcome more often from the mixture."""
    return who_gets_more(
        found.gaps["mixture"][metric],
        found.rates["mixture"],
        metric,
        model="mixture",
        words=found.run.data.words,
        favourable=found.run.roles.target.favourable,
        people=found.people,
    )


def what_was_trained_in(found: Findings) -> str:
    """Say what was trained on what, and to predict what."""
    data = found.run.data
    rows = {split: len(record.y_true) for split, record in found.run.splits.items()}
    return what_was_trained(data.positive, data.name, (data.rows, data.columns), rows)


def who_is_compared_in(found: Findings) -> str:
    """Say which groups are compared, and how many rows each has."""
    return who_is_compared(found.run.data.groups, found.run.roles.sensitive_columns)


def told_scores(found: Findings) -> pd.DataFrame:
    """Return the test scores of all models, with gaps between the groups that can be compared."""
    return score_table(compared_scores(found.run))


def final_score_of_all(found: Findings) -> str:
    """Say that the final score counts small groups, where the gaps beside it do not.

    Returns:
        Sentences with a blank before them; nothing if there are no such groups.
    """
    told = who_counts_in_final_score(found.run)
    return f" {told} {ALL_SCORES_DO}" if told else ""


def drawn_from_test(found: Findings) -> str:
    """Say what figures of the test rows are drawn from."""
    run = found.run
    return drawn_from(run.data.name, len(run.splits["test"].y_true), "test", run.settings.seed)

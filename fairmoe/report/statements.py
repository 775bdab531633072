"""Findings to the sentences that need several of them."""

from fairmoe.report.findings import Findings
from fairmoe.sentences.cautions import limits
from fairmoe.sentences.gaps import GapMetric, who_gets_more
from fairmoe.sentences.training import what_was_trained, who_is_compared
from fairmoe.sentences.wording import drawn_from


def limits_of(found: Findings) -> tuple[str, ...]:
    """Return what a reader must know before using any figure of these findings."""
    run = found.run
    return limits(
        found.rates["mixture"],
        run.settings.seed,
        positive=run.data.positive,
        words=run.data.words,
        outcome=run.roles.target.outcome,
    )


def who_gets_more_in(found: Findings, metric: GapMetric) -> str:
    """Say which group gets the outcome more often from the mixture."""
    return who_gets_more(
        found.gaps["mixture"][metric],
        found.rates["mixture"],
        metric,
        model="mixture",
        outcome=found.run.data.words[0],
    )


def what_was_trained_in(found: Findings) -> str:
    """Say what was trained on what, and to predict what."""
    data = found.run.data
    rows = {split: len(record.y_true) for split, record in found.run.splits.items()}
    return what_was_trained(data.positive, data.name, (data.rows, data.columns), rows)


def who_is_compared_in(found: Findings) -> str:
    """Say which groups are compared, and how many rows each has."""
    return who_is_compared(found.run.data.groups, found.run.roles.sensitive_columns)


def drawn_from_test(found: Findings) -> str:
    """Say what figures of the test rows are drawn from."""
    run = found.run
    return drawn_from(run.data.name, len(run.splits["test"].y_true), "test", run.settings.seed)

"""What `fairmoe train --json` prints: a run, of which small groups are told together."""

from typing import Any

from fairmoe.cli.awareness import awareness_of
from fairmoe.cli.messages import print_message
from fairmoe.cli.output import candidates_of
from fairmoe.cli.reviewing import reviews_of
from fairmoe.data.groups import SMALL_GROUPS
from fairmoe.runs import Run, merge_small_groups, small_groups, to_document
from fairmoe.sentences.cautions import merged_groups
from fairmoe.sweep import Recommendation


def run_document(
    run: Run,
    *,
    reference: str | None,
    tolerance: float | None,
    smallest: int,
    recommendation: Recommendation | None = None,
    other: Run | None = None,
) -> dict[str, Any]:
    """Return a run, ready for strict JSON, and say which groups are told of together.

    Args:
        run: The run.
        reference: The group that the others are compared with; by default the largest.
        tolerance: The largest gap that is accepted, as a share.
        smallest: How many people of a split a group needs to be told of by itself. Where only one
            group would be left, nothing is told by group.
        recommendation: How its settings were found, if they were.
        other: The run that differs in whether its models see the sensitive columns, if it was
            trained too.

    Returns:
        What `fairmoe.runs.to_document` returns; `roles`; `review` of the mixture and the utility
        expert, None where one group is left; `merged_groups`; and what was asked for beside.
    """
    names = small_groups(run, smallest)
    if names:
        print_message(merged_groups(names, smallest))
    document = {"merged_groups": list(names), "roles": run.roles.to_dict()}
    document |= _of_groups(run, names, SMALL_GROUPS if reference in names else reference, tolerance)
    if recommendation is not None:
        document |= {"recommended": candidates_of(recommendation)}
    if other is not None:
        document |= awareness_of(run, other) | {"other": _told(other, names)}
    return document


def _of_groups(
    run: Run, names: tuple[str, ...], reference: str | None, tolerance: float | None
) -> dict[str, Any]:
    if len(names) == len(run.data.groups):
        return _told(run, names) | {"review": None}
    merged, _ = merge_small_groups(run, names=names)
    return to_document(merged) | {"review": reviews_of(merged, reference, tolerance)}


def _told(run: Run, names: tuple[str, ...]) -> dict[str, Any]:
    """Return the document of a run with small groups as one; of one group alone, of everyone."""
    groups = run.data.groups
    if len(names) < len(groups):
        return to_document(merge_small_groups(run, names=names)[0])
    document = to_document(run)
    document["data"]["groups"] = {SMALL_GROUPS: sum(groups.values())}
    document["routing"]["by_group"] = {}
    for account in ("account", "beside_existing"):
        if document[account] is not None:
            document[account]["groups"] = {}
    return document

"""Which expert decides: the map of a mixture, and the gate's weights by group."""

from fairmoe.analysis.along_dial import experts_that_change, has_other_strengths
from fairmoe.analysis.routing import map_scores
from fairmoe.analysis.single_expert import find_single_expert
from fairmoe.figures.routing import WEIGHTS_ASKED, weights_bars
from fairmoe.report.blocks import Block, Picture, Section, Text
from fairmoe.report.findings import Findings
from fairmoe.report.grids import weights_grid
from fairmoe.report.people import MOST_GROUPS
from fairmoe.report.statements import drawn_from_test
from fairmoe.sentences.front import experts_change
from fairmoe.sentences.mixture_map import map_explained, map_of_mixture
from fairmoe.sentences.routing import gate_reading, weights_takeaway


def routing(found: Findings) -> Section:
    """Say which expert decides, overall and for each group."""
    return Section(
        "routing",
        "Which expert decides",
        (
            Text(gate_reading(found.routed)),
            *_map(found),
            *_weights(found),
        ),
    )


def _map(found: Findings) -> list[Block]:
    """Return the map of the mixture, unless the rows are too few to tell its weights."""
    everyone = found.weights.iloc[0]
    if everyone.isna().any():
        return []
    scores, apart = map_scores(found.run, "test")
    changing = experts_that_change(found.run)
    changes = experts_change(changing, strengths=has_other_strengths(found.run))
    told = f"{map_explained(apart)} {changes}".rstrip()
    return [
        Picture(
            map_of_mixture(everyone, scores, "Everyone", is_group=False),
            f"{drawn_from_test(found)} {told}",
        )
    ]


def _weights(found: Findings) -> list[Block]:
    """Return the weights by group, unless one expert has them all; of many groups not on paper."""
    if find_single_expert(found.run) is not None:
        return []
    told = weights_takeaway(found.weights)
    is_printed = len(found.run.data.groups) <= MOST_GROUPS
    picture = Picture(
        weights_bars(found.weights, alt=told),
        f"{drawn_from_test(found)} Whiskers are 95% intervals of the mean; the dotted line is "
        "a third.",
        title=WEIGHTS_ASKED,
        takeaway=told if is_printed else "",
        grid=weights_grid(found.weights),
        is_printed=is_printed,
    )
    return [picture] if is_printed else [Text(told), picture]

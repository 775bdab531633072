"""Whose lot changes: wrongly denied people of each group, and what is said of the others."""

import math

import pytest

from fairmoe.sentences.result import changed_harm
from tests.sentences.harmed import harm


def test_whom_it_happens_to_is_said_where_hardly_anything_changes():
    nothing = (-0.01, -0.1, 0.1)
    groups = harm(a=(30, *nothing), b=(50, *nothing), c=(29, *nothing), d=(31, *nothing))
    groups["harmed_model_rate"] = [0.14, 0.31, 0.9, 0.2]
    assert changed_harm(groups, "clear", "flagged") == (
        "Of 100 people labelled “clear”, about as many wrongly get “flagged” as with the plain "
        "model: in no group is the change more than chance. With the mixture 31 of "
        "100 b labelled “clear” wrongly get “flagged”, and 14 of 100 a."
    )
    groups["harmed_model_rate"] = [0.2, 0.201, 0.9, 0.2]
    assert changed_harm(groups, "clear", "flagged").endswith("more than chance.")


@pytest.mark.parametrize(
    ("groups", "told"),
    [
        (
            harm(women=(80, -0.12, -0.2, -0.04), men=(200, 0.041, -0.01, 0.09)),
            "Of 100 women labelled “hired”, 12 fewer wrongly get “not hired” than with the plain "
            "model; of 100 men, 4 more (could be chance).",
        ),
        (
            harm(women=(80, 0.003, -0.01, 0.02), men=(200, 0.04, 0.01, 0.09)),
            "Of 100 women labelled “hired”, as many wrongly get “not hired” as with the plain "
            "model; of 100 men, 4 more.",
        ),
        (
            harm(women=(80, -0.02, -0.1, 0.05), men=(200, 0.002, -0.01, 0.02)),
            "Of 100 women labelled “hired”, 2 fewer wrongly get “not hired” than with the plain "
            "model (could be chance); of 100 men, as many as with it.",
        ),
        (
            harm(women=(80, 0.003, -0.01, 0.02), men=(200, 0.0, 0.0, 0.0)),
            "Of 100 people labelled “hired”, as many wrongly get “not hired” as with the plain "
            "model, in every group.",
        ),
        (
            harm(women=(0, math.nan, math.nan, math.nan)),
            "Nobody in these rows has the label “hired”.",
        ),
        (
            harm(
                a=(9, 0.1, 0.01, 0.2),
                b=(9, 0.02, 0.01, 0.2),
                c=(9, -0.3, -0.4, -0.2),
                d=(9, 0.2, 0.1, 0.3),
                e=(0, math.nan, math.nan, math.nan),
                f=(9, 0.9, -0.1, 1.0),
            ),
            "Of 100 a labelled “hired”, 10 more wrongly get “not hired” than with the plain model; "
            "of 100 c, 30 fewer; of 100 d, 20 more. In every other group the change is smaller "
            "or could be chance.",
        ),
        (
            harm(a=(9, 0.1, -0.1, 0.2), b=(9, 0.2, -0.1, 0.3), c=(9, -0.3, -0.4, 0.2)),
            "Of 100 people labelled “hired”, about as many wrongly get “not hired” as with the "
            "plain model: in no group is the change more than chance.",
        ),
        (
            harm(a=(90, -0.1, -0.2, -0.01), b=(55, 0.109, -0.01, 0.22), c=(90, 0.02, -0.1, 0.1)),
            "Of 100 a labelled “hired”, 10 fewer wrongly get “not hired” than with the plain "
            "model; of 100 b, 11 more (could be chance). In every other group the change is "
            "smaller or could be chance.",
        ),
        (
            harm(
                a=(90, -0.1, -0.2, -0.01),
                b=(90, -0.2, -0.3, -0.1),
                c=(90, -0.3, -0.4, -0.2),
                d=(30, 0.02, -0.1, 0.2),
                e=(29, 0.4, -0.1, 0.6),
            ),
            "Of 100 a labelled “hired”, 10 fewer wrongly get “not hired” than with the plain "
            "model; of 100 b, 20 fewer; of 100 c, 30 fewer; of 100 d, 2 more (could be chance). In "
            "every other group the change is smaller or could be chance.",
        ),
        (
            harm(a=(90, 0.004, -0.1, 0.2), b=(90, 0.006, -0.1, 0.3), c=(90, -0.3, -0.4, 0.2)),
            "Of 100 b labelled “hired”, 1 more wrongly gets “not hired” than with the plain model "
            "(could be chance). In every other group the change is smaller or could be chance.",
        ),
        (
            harm(a=(90, 0.004, -0.1, 0.2), b=(90, -0.2, -0.1, 0.3), c=(90, -0.3, -0.4, 0.2)),
            "Of 100 people labelled “hired”, about as many wrongly get “not hired” as with the "
            "plain model: in no group is the change more than chance.",
        ),
    ],
)
def test_whose_lot_changes(groups, told):
    assert changed_harm(groups, "hired", "not hired") == told
    beside = changed_harm(groups, "hired", "not hired", plain="the score “x”")
    assert beside == told.replace("the plain model", "the score “x”")


def test_in_brief_one_change_stands_beside_the_one_that_harms_most():
    of_many = harm(
        a=(90, -0.1, -0.2, -0.01),
        b=(90, -0.3, -0.4, -0.2),
        c=(55, 0.109, -0.01, 0.22),
        d=(90, 0.02, -0.1, 0.1),
    )
    assert changed_harm(of_many, "hired", "not hired", brief=True) == (
        "Of 100 b labelled “hired”, 30 fewer wrongly get “not hired” than with the plain model; of "
        "100 c, 11 more (could be chance)."
    )
    of_two = of_many.loc[["a", "d"]]
    in_full = changed_harm(of_two, "hired", "not hired")
    assert changed_harm(of_two, "hired", "not hired", brief=True) == in_full


def test_to_how_many_it_happens_follows_what_changes():
    groups = harm(women=(80, -0.12, -0.2, -0.04), men=(200, 0.041, -0.01, 0.09))
    groups["harmed_model_rate"] = [0.25, 0.27]
    happens = (
        " With the mixture 27 of 100 men labelled “hired” wrongly get “not hired”, and 25 of 100 "
        "women."
    )
    assert changed_harm(groups, "hired", "not hired", brief=True).endswith(f"chance).{happens}")
    groups.loc["others"] = (90, 0.0, -0.1, 0.1, 0.26)
    assert changed_harm(groups, "hired", "not hired").endswith(f"could be chance.{happens}")
    assert changed_harm(groups, "hired", "not hired", brief=True).endswith(f"chance).{happens}")
    groups["harmed_change"] = 0.0
    assert changed_harm(groups, "hired", "not hired").endswith(f"in every group.{happens}")

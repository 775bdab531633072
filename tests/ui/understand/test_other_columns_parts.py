"""Gaps like with like and side by side, on Experts and in the library."""

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.analysis.other_columns import gaps_within, review_by
from fairmoe.analysis.rows import rows_of_run
from fairmoe.sentences.conditional import conditional_takeaway, side_by_side_takeaway
from tests.ui.parts import PEOPLE, open_part

pytestmark = pytest.mark.slow


@pytest.fixture
def experts(app, demo_run):
    app.session_state["fairmoe"].keep(*demo_run)
    return app.switch_page("pages/experts.py").run()


def captions(app):
    return " ".join(caption.value for caption in app.caption)


def test_gaps_within_a_column_are_shown_for_the_rate_that_is_asked(experts, demo_run):
    run, labelled = demo_run
    open_part(experts, "group-part", "Like with like")
    experts.get_by_key(f"within-column-{run.run_id}").set_value("career_break_months")
    experts.get_by_key("within-rate").set_value("true_positive_rate").run()
    assert not experts.exception
    rows = rows_of_run(run, labelled, "test")
    found = gaps_within(rows, "career_break_months", rate="true_positive_rate")
    told = conditional_takeaway(
        found.overall, "true_positive_rate", column="career_break_months",
        reference="male", words=run.data.words, people=PEOPLE
    )  # fmt: skip
    assert escape_markdown(told) in captions(experts)
    hired = rows.record.y_true == 1
    assert found.overall["n"].sum() == (hired & (rows.record.group == 0)).sum()
    shown = next(table.value for table in experts.dataframe if "reference_n" in table.value)
    assert len(shown) == len(found.within)


def test_other_groups_stand_beside_those_of_the_run(experts, demo_run):
    run, labelled = demo_run
    open_part(experts, "group-part", "Side by side")
    experts.get_by_key(f"beside-{run.run_id}").set_value(["sex", "region_of_birth"]).run()
    assert not experts.exception
    rows = rows_of_run(run, labelled, "test")
    reviews = {c: review_by(rows, labelled, c) for c in ("sex", "region_of_birth")}
    told = side_by_side_takeaway({c: review.differences for c, review in reviews.items()})
    assert escape_markdown(told) in captions(experts)
    assert reviews["sex"].differences.equals(run.review().differences)
    region = rows.frame["region_of_birth"].astype(str).to_numpy()
    yes = rows.record.proba["mixture"] > 0.5
    rates = [yes[region == level].mean() for level in np.unique(region)]
    gap = reviews["region_of_birth"].differences["value"].iloc[0]
    assert gap == pytest.approx(max(rates) - min(rates))

import numpy as np
import pytest

from fairmoe.analysis import rows_of_run
from fairmoe.data import DEMO_ROLES, assign_roles, make_demo, table_from_frame
from fairmoe.errors import InvalidInputError


def test_rows_are_those_that_the_run_scored(demo_run):
    run, labelled = demo_run
    rows = rows_of_run(run, labelled, "test")
    assert len(rows.frame) == len(rows.x) == len(rows.record.y_true)
    np.testing.assert_allclose(
        run.mixture.proba(rows.x)[0].numpy(), rows.record.proba["mixture"], atol=1e-6
    )
    assert ((rows.frame["hired"] == "yes") == (rows.record.y_true == 1)).all()


def test_rows_of_another_table_are_refused(demo_run):
    run, _ = demo_run
    other = assign_roles(table_from_frame(make_demo(200, seed=1), name="other"), DEMO_ROLES)
    with pytest.raises(InvalidInputError, match="'other' is another"):
        rows_of_run(run, other, "test")

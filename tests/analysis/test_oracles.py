"""The check that users can ask for: our attributions beside those of Captum and shap."""

import copy
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import torch

from fairmoe.analysis import rows_of_run
from fairmoe.analysis.attention import attributions_of
from fairmoe.analysis.oracles import agreement_of, check_attributions
from fairmoe.errors import CancelledError
from fairmoe.names import ORACLES


@pytest.fixture(scope="module")
def rows(demo_run):
    """Rows of a run whose baseline is no row of zeros, which others take if they are told none."""
    run, labelled = demo_run
    mixture = copy.deepcopy(run.mixture)
    mixture.explainer.baseline += 0.5
    return rows_of_run(replace(run, mixture=mixture), labelled, "test")


@pytest.mark.slow
def test_captum_and_shap_agree_with_us_and_the_draws_are_the_same_each_time(rows):
    numpy_state, torch_state = np.random.get_state()[1], torch.get_rng_state()  # noqa: NPY002
    reports = []
    checked = check_attributions(rows, "mixture", limit=3, on_progress=reports.append)

    assert list(checked["method"].unique()) == list(ORACLES)
    assert (agreement_of(checked)["correlation"] > 0.98).all()
    ours = checked[checked["method"] == "integrated_gradients"]
    chosen = ours["row"].unique()
    assert len(chosen) == 3
    own = attributions_of(rows.run, "mixture", rows.x[chosen])
    assert ours["ours"].to_numpy() == pytest.approx(own.ravel(), abs=1e-4)
    assert list(ours["column"][: len(rows.run.encoder.columns)]) == list(rows.run.encoder.columns)

    assert [(report.done, report.total) for report in reports] == [(i, 9) for i in range(10)]
    assert (np.random.get_state()[1] == numpy_state).all()  # noqa: NPY002
    assert (torch.get_rng_state() == torch_state).all()
    assert check_attributions(rows, "mixture", limit=3).equals(checked)


def test_the_check_stops_when_it_is_asked_to(rows):
    def stop(_):
        raise CancelledError

    with pytest.raises(CancelledError):
        check_attributions(rows, "utility", limit=2, on_progress=stop)


def test_agreement_by_hand():
    checked = pd.DataFrame(
        {
            "method": ["shap"] * 3 + ["lime"] * 2,
            "row": [0, 0, 4, 0, 4],
            "column": ["x", "y", "x", "x", "y"],
            "ours": [1.0, 2.0, 3.0, 1.0, 1.0],
            "theirs": [-1.0, -2.0, -3.0, 1.0, 0.5],
        }
    )
    found = agreement_of(checked)
    assert found.loc["shap"].tolist() == pytest.approx([2, -1, 6, 4])
    assert found.loc["lime", "largest"] == 0.5
    assert np.isnan(found.loc["lime", "correlation"])
    assert found["rows"].tolist() == [2, 2]

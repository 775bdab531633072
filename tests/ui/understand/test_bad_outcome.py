"""Pages tell of the good outcome where the positive one is bad; their files do not turn."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.names import MIXTURE_AND_EXPERTS
from fairmoe.ui.frame import components
from tests.ui.parts import open_part
from tests.ui.understand.shown import alts

KEEPS = "The table is of “not hired”; the file is of “hired”, the positive outcome (1)."


@pytest.fixture
def see(app: AppTest, demo_run, monkeypatch):
    """Return what shows a part of a page: what its tables show, and what their files say."""
    files: list[pd.DataFrame] = []

    def keep(csv, *_):
        files.append(csv)
        return csv

    monkeypatch.setattr(components, "without_small", keep)
    run, labelled = demo_run

    def part(outcome: str, page: str, tabs: str, name: str):
        target = replace(run.roles.target, outcome=outcome)
        told = replace(run, run_id=outcome, roles=replace(run.roles, target=target))
        state = app.session_state["fairmoe"]
        state.keep(told, replace(labelled, roles=told.roles))
        state.row = int(run.splits["test"].rows[10])
        app.switch_page(f"pages/{page}.py").run()
        files.clear()
        open_part(app, tabs, name)
        return app, [*files]

    return part


def shown(app: AppTest, name: str) -> pd.DataFrame:
    """Return the table on a page that has a column of this name."""
    return next(found.value for found in app.dataframe if name in found.value)


@pytest.fixture
def swapped(monkeypatch):
    """Let the models see the sex, as they would in a run that has it as a feature."""
    answers = {model: [0.8, 0.6] for model in MIXTURE_AND_EXPERTS}
    table = pd.DataFrame({"sex": ["female", "male"], "group": [-1, 1], **answers})
    monkeypatch.setattr("fairmoe.analysis.individual.swap_sensitive", lambda *_: table)


@pytest.mark.usefixtures("swapped")
@pytest.mark.parametrize(
    ("page", "tabs", "part", "column"),
    [
        ("attention", "attention-part", "Which way", "median"),
        ("experts", "group-part", "Probabilities", "mean_score"),
        ("individual", "individual-part", "Why", "value"),
        ("individual", "individual-part", "Another sensitive value", "mixture"),
        ("individual", "individual-part", "What would change the decision", "cost"),
    ],
)
def test_files_are_of_the_positive_class_whatever_it_is_for_a_person(see, page, tabs, part, column):
    app, of_good = see("good", page, tabs, part)
    assert not any("the file is of" in caption.value for caption in app.caption)
    seen = shown(app, column)
    app, of_bad = see("bad", page, tabs, part)
    assert not seen.equals(shown(app, column))
    assert KEEPS in [caption.value.replace("\\", "") for caption in app.caption]
    assert len(of_good) == len(of_bad) > 0
    for one, other in zip(of_good, of_bad, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_probabilities_are_checked_against_the_outcome_that_is_told_of(see):
    app, _ = see("good", "experts", "group-part", "Probabilities")
    good = shown(app, "mean_score")
    app, _ = see("bad", "experts", "group-part", "Probabilities")
    bad = shown(app, "mean_score")
    for group in ("female", "male"):
        own, other = good.loc[group], bad.loc[group].iloc[::-1]
        np.testing.assert_array_equal(own["n"], other["n"])
        for name in ("positive_rate", "mean_score"):
            np.testing.assert_allclose(own[name], 100 - other[name], atol=1e-4)


def test_rankings_and_cutoffs_name_the_positive_outcome_that_they_are_of(see):
    app, _ = see("bad", "experts", "group-part", "Ranking")
    assert "labelled “hired” is ranked above someone labelled “not hired”" in " ".join(alts(app))
    app, _ = see("bad", "experts", "group-part", "Cut-offs")
    told = "One cut-off for all, in the probability of “hired”: 0.500."
    assert told in [each.value.replace("\\", "") for each in app.main.markdown]
    assert told in alts(app)

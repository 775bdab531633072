import dataclasses

import numpy as np
import pytest

from fairmoe.sweep import recommend
from tests.sweep.conftest import BASE


@pytest.fixture(scope="module")
def found(prepared):
    return recommend(prepared, BASE)


@pytest.fixture
def again(found, prepared, monkeypatch):
    """Return a function that recommends anew from the same runs, changed."""

    def call(**changes):
        changed = dataclasses.replace(found.sweep, **changes)
        monkeypatch.setattr("fairmoe.sweep.recommendation.run_sweep", lambda *_, **__: changed)
        return recommend(prepared, BASE)

    return call


def test_the_best_mean_over_the_seeds_on_validation_rows_is_recommended(found):
    scores = found.sweep.frame()["validation_final_score"].to_numpy().reshape(-1, 2)
    kept = ~found.sweep.collapsed["validation"][0].reshape(-1, 2).any(1)
    best = np.where(kept, scores.mean(1), -9).argmax() if kept.any() else scores.mean(1).argmax()
    assert found.position == 2 * best
    assert found.settings == found.sweep.settings[2 * best]
    assert found.settings.seed == BASE.seed
    assert found.frame["mean"].iloc[0] == pytest.approx(scores[best].mean())
    assert len(found.frame) == len(scores) == 9
    decays = {one.weight_decay for one in found.sweep.settings} - {"auto"}
    assert max(decays) / min(decays) == pytest.approx(25)


def test_it_says_what_was_chosen_and_why(found):
    assert f"{100 * found.frame['mean'].iloc[0]:.1f} points" in found.reason
    assert found.frame["changes"].iloc[0] in found.reason.replace("The settings as", "as")
    assert "test rows had no say" in found.reason
    best, given = found.frame.iloc[0], found.frame.set_index("changes").loc["as given"]
    if best["changes"] != "as given":
        near = given["mean"] >= best["low"]
        assert ("within the spread of these seeds" in found.reason) == near


def test_test_rows_have_no_say(found, again):
    spoilt = found.sweep.scores | {"test": -found.sweep.scores["test"]}
    assert again(scores=spoilt).settings == found.settings


def test_a_collapsed_candidate_is_refused(found, again):
    collapsed = np.zeros_like(found.sweep.collapsed["validation"])
    first = again(collapsed={"validation": collapsed, "test": collapsed})
    collapsed = collapsed.copy()
    collapsed[0, first.position + 1] = True
    other = again(collapsed={"validation": collapsed, "test": collapsed})
    assert other.settings != first.settings
    assert other.frame["changes"].iloc[-1] == first.frame["changes"].iloc[0]
    assert "1 that give nearly everyone the same answer were refused" in other.reason


def test_if_all_collapse_the_best_is_still_told(found, again):
    collapsed = np.ones_like(found.sweep.collapsed["validation"])
    assert "All of them give nearly everyone" in again(collapsed={"validation": collapsed}).reason


def test_what_is_recommended_opens_as_a_run(found):
    run = found.sweep.open(found.position)
    assert run.settings == found.settings
    assert run.scores["validation"]["mixture"]["final_score"] == pytest.approx(
        found.sweep.frame()["validation_final_score"][found.position], abs=1e-6
    )


def test_candidates_begin_from_the_settings_given(prepared):
    found = recommend(prepared, BASE.replace(lambda_rep=0.1, epochs=4))
    assert {one.epochs for one in found.sweep.settings} == {4}
    # The candidate that only lowers lambda_rep is then the settings as given.
    assert len(found.frame) == 8

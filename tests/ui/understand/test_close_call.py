"""Individual says of whom the decision is a close call."""

import numpy as np
import pytest

from fairmoe.analysis import variant_of
from fairmoe.runs import Cutoffs
from fairmoe.sentences.individual import close_call_told
from tests.ui.parts import PEOPLE


def test_a_close_call_is_told_with_how_many_others_are(app, demo_run):
    run, labelled = demo_run
    proba = run.splits["test"].proba["mixture"].astype(float)
    away = np.abs(proba - 0.5)
    state = app.session_state["fairmoe"]
    state.keep(run, labelled)
    state.row = int(run.splits["test"].rows[away.argmin()])
    individual = app.switch_page("pages/individual.py").run()
    assert not individual.exception
    (told,) = (each.value for each in individual.caption if "The mixture gives" in each.value)
    close = int((away <= 0.01).sum())
    assert away.min() <= 0.01
    close_call = close_call_told(close, len(proba), kind="test", threshold=0.5)
    assert close_call in told.replace("\\", "")
    state.row = int(run.splits["test"].rows[away.argmax()])
    individual.run()
    assert not any("close call:" in each.value for each in individual.caption)


def test_of_a_variant_a_close_call_is_one_of_its_cut_off_and_the_list_has_one_kind(app, demo_run):
    run, labelled = demo_run
    at = (0.3, 0.62)
    variant = variant_of(run, labelled, Cutoffs("mixture", at))
    record = variant.splits["test"]
    trained = run.splits["test"].proba["mixture"].astype(float)
    place = int(np.abs(trained - np.array(at)[record.group]).argmin())
    app.session_state["fairmoe"].keep(variant, labelled)
    app.session_state["fairmoe"].row = int(record.rows[place])
    individual = app.switch_page("pages/individual.py").run()
    assert not individual.exception
    own = record.group == record.group[place]
    threshold, name = at[record.group[place]], list(run.data.groups)[record.group[place]]
    close_call = close_call_told(
        int((np.abs(trained[own] - threshold) <= 0.01).sum()),
        int(own.sum()),
        kind="test",
        threshold=threshold,
        group=PEOPLE[name],
        own=True,
    )
    (told,) = (each.value for each in individual.caption if "The mixture gives" in each.value)
    assert close_call in told.replace("\\", "")
    listed = individual.dataframe[0].value
    assert listed.index[0] == place
    assert listed["fairmoe:proba"].iloc[0] == pytest.approx(
        100 * record.proba["mixture"][place], abs=1e-3
    )

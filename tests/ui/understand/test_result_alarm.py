"""Result where the mixture is no choice: the alarm first, and beside it what else gets worse."""

from dataclasses import replace

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.analysis import result_of
from fairmoe.sentences.alarms import alarms_in_words
from fairmoe.sentences.worse import what_got_worse


@pytest.fixture
def result_with(app, demo_run):
    """Open Result on the demo run with other decisions of the mixture on the test rows."""

    def opened(decisions):
        run, labelled = demo_run
        test = run.splits["test"]
        proba = {**test.proba, "mixture": decisions(test).astype(np.float32)}
        gate = np.tile([0.0, 0.96, 0.04], (len(test.rows), 1)).astype(np.float32)
        test = replace(test, proba=proba, gate=gate)
        run = replace(run, run_id="other", splits={**run.splits, "test": test})
        app.session_state["fairmoe"].keep(run, labelled)
        app.switch_page("pages/result.py").run()
        assert not app.exception
        alarms = {model: alarm.to_dict() for model, alarm in run.alarms().items()}
        told = alarms_in_words(
            {"mixture": alarms["mixture"]}, words=run.data.words, favourable=True
        )
        assert [error.value for error in app.error] == [escape_markdown(told[0])]
        return run, [each.value.replace("\\", "") for each in app.main.markdown]

    return opened


def test_a_mixture_that_treats_everyone_worse_raises_the_alarm_first(result_with):
    _, told = result_with(lambda test: np.zeros(len(test.rows)))
    assert "gets worse:**" not in "".join(told)


def test_what_else_gets_worse_stands_beside_the_alarm(result_with):
    # Nobody of the one group gets it, and of the other a third of those who should.
    run, told = result_with(
        lambda test: (test.y_true == 1) & (test.group == 1) & (np.arange(len(test.rows)) % 3 == 0)
    )
    worse = what_got_worse(result_of(run).changes, *run.good_and_bad, favourable=True, brief=True)
    assert "groups differ more in who is wrongly denied “hired” (equal opportunity: " in worse
    assert f"**What else gets worse:** {worse}" in "".join(told)
    assert "**The gate:**" not in "".join(told)

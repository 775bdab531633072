"""What is entered for one table is not taken for another."""

from dataclasses import replace

from fairmoe.ui.frame.of_table import TOLERANCE, of_table, tolerance_of
from tests.ui.parts import open_part, own_key

OWN = {
    "wish-loss": 2.0,
    "wish-gap": 3.0,
    "criterion": "eo",
    "cutoffs-cost-0": 7.0,
    "cutoffs-who": "One for each group",
}
"""Fields that belong to a table, with what nobody would find there."""


def fields(app):
    """Return what stands in each of them, over the pages that have them."""
    found = {}

    def look():
        assert not app.exception
        for key in OWN:
            try:
                found[key] = app.get_by_key(own_key(app, key)).value
            except KeyError:
                continue

    open_part(app.switch_page("pages/experts.py").run(), "group-part", "Cut-offs")
    look()
    app.switch_page("pages/tradeoff.py").run()
    look()
    return found


def is_judged(app):
    """Return whether Result judges the gap by a tolerance."""
    app.switch_page("pages/result.py").run()
    assert not app.exception
    return "the tolerance" in app.get("html")[0].proto.body


def test_another_table_begins_anew_and_the_first_keeps_its_own(app, demo_run):
    run, labelled = demo_run
    point = replace(run, run_id="point", settings=run.settings.replace(fairness_weight=8.0))
    run = run.with_front([point])
    other = replace(run, run_id="other", data=replace(run.data, sha256="f" * 64))
    state = app.session_state["fairmoe"]
    state.keep(run, labelled)
    for key, value in OWN.items():
        app.session_state[own_key(app, key)] = value
    app.session_state[own_key(app, TOLERANCE)] = 100.0
    assert fields(app) == OWN
    assert is_judged(app)
    state.keep(other.with_front([replace(point, data=other.data)]), None)
    begun = fields(app)
    assert begun.keys() == OWN.keys()
    assert not any(begun[key] == value for key, value in OWN.items())
    assert not is_judged(app)
    state.chosen = run.run_id
    state.turns += 1
    assert fields(app) == OWN
    assert is_judged(app)


def test_a_tolerance_is_of_its_table(app):
    app.session_state[of_table(TOLERANCE, "a" * 64)] = 5.0
    app.run()
    assert of_table(TOLERANCE, "a" * 64) == "review-tolerance-aaaaaaaa"
    assert tolerance_of("b" * 64) is None

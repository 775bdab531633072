"""The dial on the Trade-off page."""

from dataclasses import replace

from fairmoe.dial import choose_point
from fairmoe.metrics import Alarm
from fairmoe.sentences.front import PROCEDURE_GAP_IS_THERE
from fairmoe.ui.decide.dial import _front_of
from fairmoe.ui.frame.process import LOST
from fairmoe.ui.frame.state import Session
from tests.ui.fakes import settle
from tests.ui.parts import own_key


def test_the_front_is_drawn_on_demand_with_the_run_marked(drawn, front):
    assert not drawn.exception
    dial = drawn.get_by_key(f"dial-{front[1].run_id}")
    assert dial.value == 1
    # Its ends say what they are.
    assert (dial.options[0], dial.options[-1]) == ("not at all", "8 times")
    alt = drawn.get("plotly_chart")[0].proto.alt
    assert alt.startswith("DP gap on the test rows: ")
    assert alt.endswith(
        "The smallest gap of these mixtures is 1.5 pp at 71.0% accuracy, where fairness counts 8 "
        "times."
    )


def test_all_pages_follow_the_slider(drawn, front):
    drawn.get_by_key(f"dial-{front[1].run_id}").set_value(8.0).run()
    state = drawn.session_state["fairmoe"]
    assert state.run.run_id == front[2].run_id
    assert list(state.runs) == [front[1].run_id]
    assert "None of these mixtures has a smaller gap." in drawn.get("plotly_chart")[0].proto.alt
    drawn.switch_page("pages/experts.py").run()
    assert not drawn.exception
    drawn.switch_page("pages/tradeoff.py").run()
    assert drawn.get_by_key(f"dial-{front[1].run_id}").value == 8
    drawn.get_by_key(f"dial-{front[1].run_id}").set_value(1.0).run()
    assert state.run.run_id == front[1].run_id


def test_wishes_are_answered_from_the_front(drawn, front):
    told = [each.value for each in drawn.markdown]
    assert any(text.startswith("The best point on the validation rows ") for text in told)
    drawn.get_by_key(own_key(drawn, "wish-gap")).set_value(100.0).run()
    drawn.button(key="take-gap").click().run()
    state = drawn.session_state["fairmoe"]
    best = max(front, key=lambda point: point.scores["validation"]["mixture"]["acc"])
    assert state.run.run_id == best.run_id
    assert drawn.get_by_key(f"dial-{state.chosen}").value == best.settings.fairness_weight
    drawn.get_by_key(own_key(drawn, "wish-gap")).set_value(0.0).run()
    assert any("the smallest gap there is" in caption.value for caption in drawn.caption)


def test_why_a_point_of_the_chart_is_not_offered_comes_first(drawn, front):
    run = front[1]
    state = drawn.session_state["fairmoe"]

    def with_scores(point, **by_split):
        scores = dict(point.scores)
        for split, (acc, dp) in by_split.items():
            plain = {**scores[split]["utility"], "acc": 0.8}
            own = {**scores[split]["mixture"], "acc": acc, "dp": dp}
            scores[split] = {**scores[split], "utility": plain, "mixture": own}
        return replace(point, scores=scores)

    first = with_scores(front[0], validation=(0.8, 0.2), test=(0.8, 0.2))
    last = with_scores(front[2], validation=(0.77, 0.1), test=(0.795, 0.1))
    state.runs[state.chosen] = replace(state.kept, run=first.with_front([last]))
    drawn.get_by_key(own_key(drawn, "wish-loss")).set_value(1.0).run()
    told = [each.value.replace("\\", "") for each in drawn.markdown]
    (answer,) = [text for text in told if "lose no more" in text or "loses no more" in text]
    assert answer.startswith(
        "On the test rows, which the chart shows, 1 other point has a smaller DP gap than "
        "the one offered and loses no "
        "more than 1.0 pp of accuracy. On the validation rows, by which points are chosen, it "
        "loses 3.0 pp, and so is not offered. The best point on the validation rows leaves "
    )
    assert "the next smaller" not in answer
    # Where none is offered, the reason comes first too.
    none = with_scores(run, validation=(0.77, 0.1), test=(0.795, 0.1))
    state.runs[state.chosen] = replace(state.kept, run=none.with_front([last]))
    drawn.run()
    assert any(
        each.value.replace("\\", "").startswith(
            "On the test rows, which the chart shows, 2 points lose no more than 1.0 pp of "
        )
        for each in drawn.caption
    )


def test_a_point_that_is_worse_in_both_on_the_test_rows_is_not_offered(drawn, front):
    # With this loss of accuracy on the validation rows the last point is taken.
    drawn.get_by_key(own_key(drawn, "wish-loss")).set_value(100.0).run()
    state = drawn.session_state["fairmoe"]
    chosen = choose_point(state.kept.told.front, max_loss=1.0)
    others = [point for point in front if point.run_id != chosen.run_id]

    def with_test(point, acc, dp):
        own = {**point.scores["test"]["mixture"], "acc": acc, "dp": dp}
        return replace(
            point, scores={**point.scores, "test": {**point.scores["test"], "mixture": own}}
        )

    # Of all points it has the largest gap and the least accuracy on the test rows.
    points = [with_test(chosen, 0.5, 0.4), *(with_test(point, 0.8, 0.1) for point in others)]
    shown = points[1]
    state.runs[state.chosen] = replace(state.kept, run=shown.with_front(points))
    drawn.run()
    assert any(
        each.value.replace("\\", "").endswith(
            "This is no improvement: on the test rows it is worse in both than the mixture shown "
            "now, 40.0 pp at 50.0% accuracy against 10.0 pp at 80.0% accuracy."
        )
        for each in drawn.markdown
    )
    assert "take-loss" not in [button.key for button in drawn.button]
    # Whatever is no choice is no reason to keep to it.
    record = shown.splits["test"]
    proba = {**record.proba, "mixture": 0 * record.proba["mixture"]}
    alarming = replace(shown, splits={**shown.splits, "test": replace(record, proba=proba)})
    assert "mixture" in alarming.alarms()
    state.runs[state.chosen] = replace(state.kept, run=alarming.with_front(points))
    drawn.run()
    assert not any("This is no improvement" in each.value for each in drawn.markdown)
    assert "take-loss" in [button.key for button in drawn.button]


def test_an_outcome_that_is_told_on_a_turned_dial_holds_for_all_points(drawn, front):
    drawn.get_by_key(f"dial-{front[1].run_id}").set_value(8.0).run()
    state = drawn.session_state["fairmoe"]
    roles = front[0].roles
    untold = replace(roles, target=replace(roles.target, outcome=None))
    others = [replace(point, roles=untold) for point in front]
    run = replace(state.run, roles=untold).with_front(others)
    state.runs[state.chosen] = replace(state.kept, run=run)
    state.tell_outcome("good")
    assert list(state.runs) == [front[1].run_id]
    assert state.run.roles.target.outcome == "good"
    assert {point.roles.target.outcome for point in state.kept.front} == {"good"}


def test_another_gap_is_shown_on_request(drawn):
    drawn.get_by_key("dial-gap").set_value("eo").run()
    assert drawn.get("plotly_chart")[0].proto.alt.startswith("EO gap on the test rows: ")


def few_of(run):
    """A run on the first 24 rows of each split."""
    splits = {
        name: replace(
            record,
            rows=record.rows[:24],
            y_true=record.y_true[:24],
            group=record.group[:24],
            gate=record.gate[:24],
            proba={model: proba[:24] for model, proba in record.proba.items()},
        )
        for name, record in run.splits.items()
    }
    return replace(run, splits=splits, front=())


def test_of_too_few_people_trade_off_tells_no_gap_as_result_does(app, front, demo_run):
    points = [few_of(point) for point in front]
    app.session_state["fairmoe"].keep(points[1].with_front(points), demo_run[1])
    result = app.switch_page("pages/result.py").run()
    told = [each.value.replace("\\", "") for each in result.markdown]
    assert any("The groups cannot be compared." in each for each in told)
    tradeoff = app.switch_page("pages/tradeoff.py").run()
    assert not tradeoff.exception
    for gap, name in (("dp", "DP gap"), ("eo", "EO gap"), ("f_res", "result gap")):
        tradeoff.get_by_key("dial-gap").set_value(gap).run()
        told = [each.value.replace("\\", "") for each in tradeoff.info]
        assert any(
            each.startswith(f"No {name} can be told on the test rows: fewer than two groups have ")
            and each.endswith(PROCEDURE_GAP_IS_THERE)
            for each in told
        )
        assert not tradeoff.get("plotly_chart")
        assert not any("best point" in each.value for each in tradeoff.markdown)
        assert "peers" not in [button.key for button in tradeoff.button]
    tradeoff.get_by_key("dial-gap").set_value("f_proc").run()
    told = [each.value.replace("\\", "") for each in tradeoff.caption]
    assert tradeoff.get("plotly_chart")[0].proto.alt.startswith("Procedure gap on the test rows: ")
    assert any(
        each.startswith("The procedure gap counts every group by itself, also ")
        and "with fewer than 30 people" in each
        for each in told
    )


def test_of_whom_equal_opportunity_is_stands_where_the_positive_outcome_is_bad(drawn, front):
    of_whom = "is of those labelled “hired”: who of them is predicted “hired”, which is the bad"
    drawn.get_by_key("dial-gap").set_value("eo").run()
    captions = [each.value.replace("\\", "") for each in drawn.caption]
    assert not any(of_whom in each for each in captions)
    state = drawn.session_state["fairmoe"]
    target = replace(front[0].roles.target, outcome="bad")
    points = [replace(point, roles=replace(point.roles, target=target)) for point in front]
    state.runs[state.chosen] = replace(state.kept, run=points[1].with_front(points))
    drawn.run()
    captions = [each.value.replace("\\", "") for each in drawn.caption]
    assert any(of_whom in each for each in captions)
    assert of_whom in drawn.get_by_key("dial-gap").help.replace("\\", "")
    drawn.get_by_key("dial-gap").set_value("dp").run()
    captions = [each.value.replace("\\", "") for each in drawn.caption]
    assert not any(of_whom in each for each in captions)


def test_a_point_that_raises_an_alarm_is_not_told_as_the_smallest_gap(drawn, front, monkeypatch):
    alarm = Alarm.__new__(Alarm)
    monkeypatch.setattr(
        type(front[0]),
        "alarms",
        lambda self, *_: {"mixture": alarm} if self.run_id == "point-8" else {},
    )
    drawn.get_by_key("dial-gap").set_value("dp").run()
    assert "1.5 pp" not in drawn.get("plotly_chart")[0].proto.alt


def test_a_front_that_fails_says_so_and_can_be_tried_again(tradeoff, monkeypatch):
    def fail(*_, **__):
        raise ValueError

    monkeypatch.setattr("fairmoe.tasks.train_front", fail)
    tradeoff.button(key="front").click().run()
    settle(tradeoff)
    assert tradeoff.error
    assert tradeoff.button(key="front")


def test_what_an_outcome_means_that_was_told_while_a_front_was_drawn_holds_for_its_points(
    demo_run, front
):
    run, labelled = demo_run
    target = replace(run.roles.target, outcome=None)

    def untold(point):
        return replace(point, roles=replace(point.roles, target=target))

    session = Session()
    session.keep(untold(run), labelled)
    _, take_over = _front_of(session, session.kept)
    session.tell_outcome("bad")
    take_over(replace(LOST, state="finished", result=tuple(map(untold, front)), error=None))
    assert [point.roles.target.outcome for point in session.kept.front] == ["bad"] * 3

from dataclasses import replace

from fairmoe.analysis.along_dial import experts_that_change, has_other_strengths


def test_experts_are_compared_over_all_points_of_the_dial(demo_run):
    run, _ = demo_run
    test = run.splits["test"]
    assert experts_that_change(run) == ()
    other = replace(test, proba=test.proba | {"result": 1 - test.proba["result"]})
    points = [
        replace(run, run_id=f"{weight}", settings=run.settings.replace(fairness_weight=weight))
        for weight in (0.0, 8.0)
    ]
    assert experts_that_change(run.with_front(points)) == ()
    points[1] = replace(points[1], splits={**run.splits, "test": other})
    assert experts_that_change(run.with_front(points)) == ("result",)
    assert experts_that_change(run.with_front(points), "validation") == ()
    assert not has_other_strengths(run.with_front(points))
    # An expert that was trained with another weight was not fine-tuned into the other.
    points[1] = replace(points[1], settings=points[1].settings.replace(lambda_fair=10.0))
    assert experts_that_change(run.with_front(points)) == ()
    assert has_other_strengths(run.with_front(points))

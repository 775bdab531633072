"""The page that opens after a training, where there are more than two groups."""

from dataclasses import replace

import numpy as np
import pytest

from fairmoe._escape import escape_markdown
from fairmoe.analysis import result_of
from fairmoe.data.people import people_of
from fairmoe.figures.people import EVERYONE
from fairmoe.sentences.result import changed_harm
from tests.ui.parts import own_key
from tests.ui.understand.shown import texts


@pytest.fixture
def run_of_four(demo_run):
    """The demo run with four groups, of which the plain model and the mixture favour others."""
    run, labelled = demo_run
    splits, group = {}, labelled.group.copy()
    for name, split in run.splits.items():
        place = np.arange(len(split.rows))
        own = 2 * split.group + place % 2
        group[np.isin(labelled.rows, split.rows)] = own
        proba = dict(split.proba)
        for model, rates in (("utility", [3, 1, 9, 5]), ("mixture", [1, 4, 6, 9])):
            proba[model] = (place // 2 % 10 < np.array(rates)[own]).astype(np.float32)
        splits[name] = replace(split, group=own, proba=proba)
    groups = {name: int((group == g).sum()) for g, name in enumerate("abcd")}
    data = replace(run.data, groups=groups)
    run = replace(run, run_id="four", data=data, splits=splits)
    return run, replace(labelled, group=group, group_names=tuple(groups))


@pytest.mark.parametrize("criterion", ["dp", "eo"])
def test_why_is_told_of_the_groups_that_the_first_sentence_names(app, run_of_four, criterion):
    run, labelled = run_of_four
    app.session_state["fairmoe"].keep(run, labelled)
    app.switch_page("pages/experts.py").run()
    app.get_by_key(own_key(app, "criterion")).set_value(criterion).run()
    app.switch_page("pages/result.py").run()
    app.get_by_key("result-picture").set_value("Why").run()
    assert not app.exception
    found = result_of(run, among_labelled=criterion == "eo")
    gap, people = found.gaps["model"], people_of(run.data.groups, run.roles)
    # It is not the pair that lies furthest apart with the plain model.
    assert {gap.least, gap.most} != {found.gaps["plain"].least, found.gaps["plain"].most}
    least, most = people[gap.least], people[gap.most]
    who = texts(app)[0].replace("\\", "")
    assert f"least often to {least} (" in who
    assert f"most often to {most} (" in who
    (why,) = (text for text in texts(app) if text.startswith("With the plain model"))
    assert f"{least} and {most}" in why.replace("\\", "")


@pytest.mark.parametrize("criterion", ["dp", "eo"])
def test_a_group_that_equal_opportunity_leaves_out_is_marked(app, run_of_four, criterion):
    run, labelled = run_of_four
    test = run.splits["test"]
    of_d = np.flatnonzero(test.group == 3)
    y_true = test.y_true.copy()
    y_true[of_d] = np.arange(len(of_d)) < 20
    run = replace(run, splits={**run.splits, "test": replace(test, y_true=y_true)})
    app.session_state["fairmoe"].keep(run, labelled)
    app.switch_page("pages/experts.py").run()
    app.get_by_key(own_key(app, "criterion")).set_value(criterion).run()
    app.switch_page("pages/result.py").run()
    assert not app.exception
    picture = app.get("html")[0].proto.body
    marked = f"{len(of_d)} people, few labelled"
    assert picture.count("few labelled") == picture.count(marked) == (criterion == "eo")


def test_numbers_have_all_groups_and_what_is_told_in_brief(app, run_of_four):
    run, labelled = run_of_four
    app.session_state["fairmoe"].keep(run, labelled)
    app.switch_page("pages/result.py").run()
    assert not app.dataframe
    app.session_state["result-numbers"] = True
    app.run()
    assert not app.exception
    groups = result_of(run).account.groups
    (table,) = app.dataframe
    assert list(table.value.index) == [*groups.index, EVERYONE]
    named = groups.rename(index=people_of(run.data.groups, run.roles))
    told = "\n".join(texts(app))
    # The figures of the gaps stand in the picture.
    assert "pp with the plain model" not in texts(app)[0]
    for brief in (True, False):
        assert escape_markdown(changed_harm(named, *run.data.words, brief=brief)) in told
    assert changed_harm(named, *run.data.words) != changed_harm(named, *run.data.words, brief=True)
    app.get_by_key("result-picture").set_value("Map").run()
    assert not app.dataframe

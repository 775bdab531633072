"""The table in the form of Local Law 144."""

from dataclasses import replace

from fairmoe.data import Roles, Sensitive, Target
from fairmoe.report.findings import find
from fairmoe.report.selection import selection

YES, NO = 0.9, 0.1


def crossed(run, outcome="good"):
    columns = (Sensitive("sex"), Sensitive("race"))
    return replace(run, roles=Roles(Target("hired", ("yes",), outcome=outcome), columns))


def test_two_columns_have_a_table_each_and_one_together(run_of):
    names = ("f & x", "f & y", "m & x", "m & y")
    said = [YES, NO, YES, YES, NO, NO, YES, NO]
    run = crossed(run_of([1, 0] * 4, [0, 0, 1, 1, 2, 2, 3, 3], {"mixture": said}, names))
    _, sex, race, both, _ = selection(find(run)).blocks
    assert sex.caption == "Selection rates and impact ratios by sex"
    assert sex.rows == (
        ("f", "4", "50.0%", "3", "75.0%", "1.00"),
        ("m", "4", "50.0%", "1", "25.0%", "0.33"),
    )
    assert race.caption.endswith("by race")
    assert race.rows == (
        ("x", "4", "50.0%", "1", "25.0%", "0.33"),
        ("y", "4", "50.0%", "3", "75.0%", "1.00"),
    )
    assert both.caption.endswith("by sex and race")
    assert [row[0] for row in both.rows] == list(names)


def test_groups_that_were_merged_across_columns_have_one_table(run_of):
    names = ("f & x", "smaller groups")
    run = crossed(run_of([1, 0] * 4, [0, 1] * 4, {"mixture": [YES] * 8}, names))
    _, both, _ = selection(find(run)).blocks
    assert [row[0] for row in both.rows] == list(names)


def test_of_a_bad_outcome_those_are_selected_who_are_spared(run_of):
    run = run_of([1, 0] * 50, [0] * 99 + [1], {"mixture": [YES] * 40 + [NO] * 60})
    bad = replace(run, roles=replace(run.roles, target=Target("hired", outcome="bad")))
    text, table, _ = selection(find(bad)).blocks
    assert "gives “not hired”" in text.text
    assert table.rows == (
        ("a", "99", "99.0%", "59", "59.6%", "1.00"),
        ("b", "1", "1.0%", "1", "100.0%", "under 2%, left out"),
    )


def test_people_without_a_category_are_counted_in_the_whole_table(demo_run):
    run, labelled = demo_run
    frame = labelled.table.frame.copy()
    frame.loc[:9, "sex"] = None
    table = replace(labelled.table, frame=frame)
    text = selection(replace(find(run, labelled), unknown=None)).blocks[0].text
    assert "cannot be told without the table" in text
    found = find(run, replace(labelled, table=table))
    assert "10 people have no known category" in selection(found).blocks[0].text

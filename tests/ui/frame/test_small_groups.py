from dataclasses import replace

import numpy as np
from streamlit.testing.v1 import AppTest

from fairmoe._escape import escape_markdown
from fairmoe.sentences.cautions import left_out_groups
from fairmoe.ui.frame.state import Session


def table():
    import pandas as pd

    from fairmoe.ui.frame.components import show_table, without_small

    frame = pd.DataFrame({"rate": [0.25, 0.5]}, index=pd.Index(["a few", "many"], name="group"))
    show_table(frame, key="t", alt="Rates", columns={}, csv=frame, folded=False)
    print(without_small(frame).to_csv())  # noqa: T201


def page_with(run, labelled):
    session = Session()
    session.keep(run, labelled)
    page = AppTest.from_function(table)
    page.session_state["fairmoe"] = session
    return page.run()


def test_a_table_that_is_handed_on_leaves_small_groups_out(demo_run, capsys):
    run, labelled = demo_run
    splits = {
        name: replace(
            split, group=np.where(np.arange(len(split.group)) < 4, 0, 1 + split.group % 2)
        )
        for name, split in run.splits.items()
    }
    groups = {"a few": 12, "others": 2000, "many": 1988}
    small = replace(run, data=replace(run.data, groups=groups), splits=splits)
    page = page_with(small, labelled)
    assert not page.exception
    assert escape_markdown(left_out_groups(10)) in [caption.value for caption in page.caption]
    lines = capsys.readouterr().out.split()
    # The smallest of the others is left out with it.
    assert "0.25" not in "".join(lines)


def test_a_table_of_large_groups_is_whole(demo_run, capsys):
    page = page_with(*demo_run)
    assert escape_markdown(left_out_groups(10)) not in [caption.value for caption in page.caption]
    assert "0.25" in capsys.readouterr().out

"""Opens a part of a page, as a click on its tab does."""

from dataclasses import replace

from streamlit.testing.v1 import AppTest

from fairmoe.sentences.wording import may_be_chance
from fairmoe.ui.frame.of_table import of_table

_AROUND = {"group-part": ("experts-part", "By group")}
"""Tabs that stand within a tab."""


def open_part(app: AppTest, tabs: str, name: str) -> AppTest:
    """Open a tab by its name, and see that nothing went wrong."""
    if tabs in _AROUND:
        around, within = _AROUND[tabs]
        app.query_params[around] = within
    app.query_params[tabs] = name
    app.run()
    assert not app.exception
    assert not app.error
    return app


PEOPLE = {"female": "people with sex = female", "male": "people with sex = male"}
"""How sentences speak of the groups of the demo data, whose values have no names to display."""


def of_people(found):
    """Return the gap of what `result_of` or `audit_rows` found, and its groups, as people."""
    gap = found.gaps["model"]
    named = replace(gap, most=PEOPLE[gap.most], least=PEOPLE[gap.least])
    return named, found.account.groups.rename(index=PEOPLE)


def own_key(app: AppTest, key: str) -> str:
    """Return the key of a field that belongs to the table of the run that is shown."""
    return of_table(key, app.session_state["fairmoe"].run.data.sha256)


def chance_of(result):
    """Say that what the mixture changes in the gap between groups could be chance, if so."""
    change = result.changes.T["gets"]
    return may_be_chance(change["low"], change["high"])

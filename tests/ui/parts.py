"""Opens a part of a page, as a click on its tab does."""

from streamlit.testing.v1 import AppTest

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

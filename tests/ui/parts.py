"""Opens a part of a page, as a click on its tab does."""

from streamlit.testing.v1 import AppTest


def open_part(app: AppTest, tabs: str, name: str) -> AppTest:
    """Open a tab by its name, and see that nothing went wrong."""
    app.query_params[tabs] = name
    app.run()
    assert not app.exception
    assert not app.error
    return app

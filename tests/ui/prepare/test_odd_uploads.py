"""Odd files in the app: each is shown, or one sentence says what is wrong."""

import pytest

from tests.odd_files import odd_files
from tests.odd_table import MARK


@pytest.mark.slow
def test_the_app_shows_each_or_says_what_is_wrong(app):
    data = app.switch_page("pages/data.py").run()
    # One in six, from all kinds: a page takes longer than a table.
    for name, content in list(odd_files().items())[::6]:
        before = data.session_state["fairmoe"].version
        data.file_uploader[0].upload("odd.csv", content, "text/csv").run()
        assert not data.exception, name
        assert MARK not in "".join(error.value for error in data.error), name
        assert data.error or data.session_state["fairmoe"].version > before, name

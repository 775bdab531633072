"""The Data page."""

import pytest
from streamlit.testing.v1 import AppTest


@pytest.fixture
def data(app: AppTest) -> AppTest:
    return app.switch_page("pages/data.py").run()

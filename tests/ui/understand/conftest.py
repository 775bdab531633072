"""The Experts page of a finished run."""

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, assign_roles, demo_table
from tests.ui.fakes import make_run


@pytest.fixture
def experts(app: AppTest) -> AppTest:
    table = demo_table()
    run = make_run(table, DEMO_ROLES, Settings(seed=7))
    app.session_state["fairmoe"].keep(run, assign_roles(table, DEMO_ROLES))
    return app.switch_page("pages/experts.py").run()

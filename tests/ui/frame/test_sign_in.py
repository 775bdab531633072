"""Who has not signed in sees a button, on every page, from the first request on."""

import ast
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from fairmoe.ui.frame.pages import PAGES
from fairmoe.ui.frame.sign_in import SIGN_IN
from tests.patience import PATIENCE
from tests.ui.conftest import APP
from tests.ui.frame.test_sessions import open_tab, token_of

pytestmark = pytest.mark.slow

ONE = {"auth": {"redirect_uri": "https://x.example/oauth2callback", "client_id": "fairmoe"}}
ADA = {"is_logged_in": True, "sub": "1", "email": "ada_l@bücher.example"}


def visit(path, *, user, secrets=None, query=None):
    """Open a page as the first request of a session, as a deep link does."""
    tab = AppTest.from_file(str(APP.parent / path), default_timeout=PATIENCE)
    tab.user = user
    tab.secrets = ONE if secrets is None else secrets
    tab.query_params.update(query or {})
    return tab.run()


def contents(block):
    """Return what is in a part of the page, without the part itself."""
    return [element.type for element in block][1:]


def keys(tab):
    return [button.key for button in tab.button]


@pytest.mark.parametrize("path", PAGES)
def test_a_deep_link_shows_a_stranger_the_way_in_and_nothing_else(path, monkeypatch):
    monkeypatch.setenv("FAIRMOE_OPEN", "nowhere.fairmoe")
    tab = visit(path, user={"is_logged_in": False})

    assert not tab.exception
    assert contents(tab.main) == ["title", "markdown", "button"]
    assert keys(tab) == ["sign-in-"]
    assert not contents(tab.sidebar)
    assert "fairmoe" not in tab.session_state


@pytest.mark.parametrize("user", [{"is_logged_in": False}, ADA])
def test_files_are_taken_only_of_who_signed_in(user, monkeypatch):
    done = []
    frame = "fairmoe.ui.frame.frame"
    monkeypatch.setattr(f"{frame}.limit_uploads", lambda: done.append("limited"))
    monkeypatch.setattr(f"{frame}.admit_uploads", lambda **how: done.append(how))
    visit("app.py", user=user)
    assert done == ["limited", {"is_let_in": user["is_logged_in"]}]


@pytest.mark.parametrize("claim", [False, None, "", "True", 1])
def test_nothing_but_true_lets_in(claim):
    assert keys(visit("app.py", user={"is_logged_in": claim})) == ["sign-in-"]


@pytest.mark.slow
def test_the_token_of_a_session_lets_no_stranger_in(app):
    next(b for b in app.button if b.label == "Try the demo").click().run()
    token = token_of(app)
    tab = visit("pages/result.py", user={"is_logged_in": False}, query={"session": token})

    assert keys(tab) == ["sign-in-"]
    assert "fairmoe" not in tab.session_state


def test_no_script_does_anything_before_the_frame():
    for path in PAGES:
        _, *before, frame = ast.parse((APP.parent / path).read_text("utf-8")).body
        assert ast.unparse(frame).startswith("with page("), path
        for statement in before:
            assert isinstance(statement, ast.Import | ast.ImportFrom | ast.Assign), path
            assert "st." not in ast.unparse(statement) or not isinstance(statement, ast.Assign)


@pytest.mark.parametrize(
    ("auth", "asked"),
    [
        (ONE["auth"], [()]),
        ({"google": {"client_id": "g"}, "okta": {"client_id": "o"}}, [("google",), ("okta",)]),
        ({"client_id": "f", "client_kwargs": {"prompt": "login"}}, [()]),
    ],
)
def test_each_provider_has_its_button(monkeypatch, auth, asked):
    calls = []
    monkeypatch.setattr("streamlit.login", lambda *provider: calls.append(provider))
    tab = visit("pages/data.py", user={"is_logged_in": False}, secrets={"auth": auth})

    for key in keys(tab):
        tab.get_by_key(key).click().run()
    assert calls == asked
    assert not tab.exception


def test_who_signed_in_has_the_app_and_can_leave():
    tab = visit("app.py", user=ADA)

    assert not tab.exception
    assert "Try the demo" in [button.label for button in tab.button]
    assert "ada_l@\u2060bücher\\.example" in tab.sidebar.caption[-1].value
    tab.get_by_key("sign-out").click().run()
    assert keys(tab) == ["sign-in-"]
    assert not contents(tab.sidebar)
    tab.switch_page("pages/data.py").run()
    assert keys(tab) == ["sign-in-"]


def test_without_sign_in_nobody_is_asked_or_named(app):
    assert "Try the demo" in [button.label for button in app.button]
    assert "sign-out" not in keys(app)


@pytest.mark.slow
def test_of_two_people_at_one_browser_neither_finds_the_session_of_the_other(monkeypatch):
    tab = visit("app.py", user=ADA)
    monkeypatch.setattr("streamlit.context", SimpleNamespace(cookies={}, ip_address=None))
    next(b for b in tab.button if b.label == "Try the demo").click().run()
    token = token_of(tab)

    def table(user):
        found = visit("pages/result.py", user=user, query={"session": token})
        return found.session_state["fairmoe"].table

    assert table(ADA) is not None
    assert table(ADA | {"sub": "2"}) is None
    assert table(ADA | {"email": "bob@x.example"}) is None
    assert open_tab(token).session_state["fairmoe"].table is None


def closed_because(tab):
    assert not tab.exception
    assert not keys(tab)
    assert not contents(tab.sidebar)
    assert "fairmoe" not in tab.session_state
    return tab.info[0].value.removesuffix(" The app is closed until its operator has mended that.")


@pytest.mark.slow
def test_sign_in_that_is_required_and_not_configured_closes_the_app(monkeypatch):
    monkeypatch.setenv(SIGN_IN, "required")
    tab = visit("pages/train.py", user={"email": "ada@x.example"}, secrets={})
    assert closed_because(tab) == "This server requires sign-in, and its secrets configure none."
    assert keys(visit("pages/train.py", user={"is_logged_in": False})) == ["sign-in-"]
    assert "sign-out" in keys(visit("app.py", user=ADA))

    monkeypatch.setenv(SIGN_IN, "yes")
    assert closed_because(visit("app.py", user=ADA)) == f"{SIGN_IN} can be empty or required."


def test_secrets_that_cannot_be_read_close_the_app(monkeypatch, tmp_path):
    """Streamlit takes them for none, and so would let everyone in."""
    file = tmp_path / "secrets.toml"
    monkeypatch.setattr("streamlit.get_option", lambda _: [str(file)])
    monkeypatch.setattr("streamlit.secrets.load_if_toml_exists", lambda: False)
    assert "sign-out" not in keys(visit("app.py", user={}, secrets={}))
    file.write_text("[auth\n")
    tab = visit("app.py", user={}, secrets={})
    assert closed_because(tab) == "The secrets of this server cannot be read."

import pytest

from fairmoe.lessons.course import COURSE
from tests.lessons.shared import result_of

pytestmark = pytest.mark.slow

CONTROLS = {
    "criteria": {"bias": 0.0, "rule": "approval"},
    "experts": {"expert": "procedural"},
    "outcome_weight": {"fair": 10.0},
    "attention": {"attending": 3.0},
    "reversal": {"adv": 3.0},
    "reward": {"rows": 6, "rollouts": 32},
    "balance": {"temperature": 10.0, "balance": 10.0},
    "constant": {"base-rate": 0.5},
    "chance": {"rows-drawn": 100, "limit": 10},
}


@pytest.fixture
def learn(app, monkeypatch, request):
    # Outside of the page, whose run is given up after some seconds.
    result_of("criteria")
    if "key" in request.fixturenames:
        result_of(request.getfixturevalue("key"))
    monkeypatch.setattr("fairmoe.ui.learn.lessons._computed", lambda key, _: result_of(key))
    return app.switch_page("pages/learn.py").run()


def alt(app):
    (chart,) = app.get("plotly_chart")
    return chart.proto.alt


def labelled(app, label):
    (button,) = (button for button in app.main.button if button.label == label)
    return button


def captions(app):
    return " ".join(caption.value for caption in app.main.caption)


@pytest.mark.parametrize("key", COURSE)
def test_a_lesson_shows_its_words_equations_chart_and_way(learn, key):
    lesson = COURSE[key]
    learn.get_by_key("lesson").set_value(lesson.short).run()
    assert not learn.exception
    assert not learn.error
    assert lesson.title in learn.header[0].value
    assert len(learn.latex) == len(lesson.equations)
    assert alt(learn)
    assert "rows" in captions(learn)
    assert len(learn.dataframe) == 1
    assert not learn.dataframe[0].value.empty
    own = [link.proto.label for link in learn.main.get("page_link")]
    assert [label.split(":")[0] for label in own] == ["See it on your data"]


@pytest.mark.parametrize("key", COURSE)
def test_every_control_changes_what_is_shown(learn, key):
    learn.get_by_key("lesson").set_value(COURSE[key].short).run()
    for control, value in CONTROLS[key].items():
        before = alt(learn)
        learn.get_by_key(control).set_value(value).run()
        assert not learn.exception
        assert not learn.error
        assert alt(learn) != before


def test_the_buttons_lead_through_the_course(learn):
    assert COURSE["criteria"].title in learn.header[0].value
    assert labelled(learn, "Previous lesson").disabled
    labelled(learn, "Next lesson").click().run()
    assert COURSE["experts"].title in learn.header[0].value
    labelled(learn, "Previous lesson").click().run()
    assert COURSE["criteria"].title in learn.header[0].value
    learn.get_by_key("lesson").set_value(COURSE["chance"].short).run()
    assert labelled(learn, "Next lesson").disabled


def test_the_page_says_that_the_demo_is_invented_and_biased_on_purpose(learn):
    assert "applicants like the demo's" in captions(learn)
    assert "hired less often at the same skill, on purpose" in captions(learn)


def test_what_is_claimed_can_be_held_against_the_evidence(learn):
    learn.button(key="evidence").click().run()
    (dialog,) = learn.get("dialog")
    text = dialog.markdown[0].value
    assert "## Methods side by side" in text
    assert "![" not in text

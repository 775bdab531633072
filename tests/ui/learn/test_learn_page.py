import re

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
    "gate_steps": {"stage": "reward", "credit": "rollouts"},
    "reward": {"rows": 6, "rollouts": 32},
    "balance": {"temperature": 10.0, "balance": 10.0},
    "constant": {"base-rate": 0.5},
    "chance": {"rows-drawn": 100, "limit": 10},
    "levelling": {"guard": True, "seen": "all"},
    "thresholds": {"way": "trained"},
}


@pytest.fixture
def learn(app, monkeypatch, request):
    # Outside of the page, whose run is given up after some seconds.
    result_of("criteria")
    result_of("thresholds")
    if "key" in request.fixturenames:
        result_of(request.getfixturevalue("key"))
    monkeypatch.setattr("fairmoe.ui.learn.parts._computed", lambda key, _: result_of(key))
    return app.switch_page("pages/learn.py").run()


def alt(app):
    """Return what a screen reader says of the picture: a chart, or dots for people."""
    charts = app.get("plotly_chart")
    if charts:
        # Panels side by side are there a second time, below one another.
        (told,) = {chart.proto.alt for chart in charts}
        return told
    (dots,) = (html.proto.body for html in app.get("html") if '="fm-waffle' in html.proto.body)
    return re.search('aria-label="([^"]+)"', dots)[1]


def labelled(app, label):
    (button,) = (button for button in app.main.button if button.label == label)
    return button


def captions(app):
    return " ".join(caption.value for caption in app.main.caption)


@pytest.mark.parametrize("key", ["levelling"])
def test_the_words_on_levelling_tell_to_change_what_the_picture_opens_with(learn, key):
    learn.get_by_key("lesson").set_value(COURSE[key].short).run()
    assert (learn.get_by_key("seen").value, learn.get_by_key("guard").value) == ("none", False)
    text = COURSE[key].text
    assert "without the columns that show skill. Switch on the guard, and compare: " in text


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
    learn.get_by_key("lesson").set_value(COURSE["thresholds"].short).run()
    assert labelled(learn, "Next lesson").disabled


def captioned(app):
    (told,) = (text.value for text in app.main.caption if text.value.startswith("Lesson "))
    return told


def test_on_a_beamer_one_idea_follows_the_other(learn):
    learn.get_by_key("present").set_value(True).run()
    assert captioned(learn) == "Lesson 1 of 12, idea"
    assert learn.button(key="slide-back").disabled
    assert learn.button(key="slide-back").proto.shortcut == "left"
    assert learn.button(key="slide-next").proto.shortcut == "right"
    assert not learn.get("plotly_chart")

    learn.button(key="slide-next").click().run()
    assert captioned(learn) == "Lesson 1 of 12, picture"
    assert alt(learn)
    assert not learn.dataframe
    learn.button(key="slide-next").click().run()
    assert COURSE["criteria"].question in learn.markdown[-1].value
    learn.button(key="slide-next").click().run()
    assert learn.markdown[-1].value == COURSE["criteria"].answer
    learn.button(key="slide-next").click().run()
    assert captioned(learn) == "Lesson 2 of 12, idea"
    learn.button(key="slide-back").click().run()
    assert captioned(learn) == "Lesson 1 of 12, answer"


@pytest.mark.parametrize("key", ["gate_steps"])
def test_the_keys_walk_the_stages_of_a_step(learn, key):
    learn.get_by_key("lesson").set_value(COURSE[key].short).run()
    seen = [alt(learn)]
    for _ in range(7):
        learn.button(key="stage-next").click().run()
        assert not learn.exception
        seen.append(alt(learn))
    assert len(set(seen)) == 8
    assert learn.button(key="stage-next").disabled

    learn.get_by_key("present").set_value(True).run()
    learn.button(key="slide-next").click().run()
    assert alt(learn) == seen[-1]
    learn.button(key="slide-back").click().run()
    assert alt(learn) == seen[-2]
    learn.button(key="slide-next").click().run()
    learn.button(key="slide-next").click().run()
    assert captioned(learn) == "Lesson 6 of 12, question"


def test_the_page_says_that_the_demo_is_invented_and_biased_on_purpose(learn):
    assert "applicants like the demo's" in captions(learn)
    assert "hired less often at the same skill, on purpose" in captions(learn)


def test_what_is_claimed_can_be_held_against_the_evidence(learn):
    learn.button(key="evidence").click().run()
    (dialog,) = learn.get("dialog")
    text = dialog.markdown[0].value
    assert "## Methods side by side" in text
    assert "![" not in text

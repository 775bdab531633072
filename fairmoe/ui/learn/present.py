"""A lesson on a beamer: one idea at a time, in large type, walked with the arrow keys."""

from contextlib import nullcontext

import streamlit as st

from fairmoe.lessons.course import COURSE
from fairmoe.ui.learn.gates import has_stage, move_stage
from fairmoe.ui.learn.learn import LESSONS, open_lesson, show_idea
from fairmoe.ui.learn.lessons import VIEWS
from fairmoe.ui.learn.parts import PRESENT, is_presenting

SLIDES = ("idea", "picture", "question", "answer")
_SLIDE = "slide"
_STAGED = "gate_steps"
"""The lesson whose picture has stages of its own."""

_LARGE = """<style>
[data-testid="stSidebar"], [data-testid="stHeader"] { display: none }
.stMain .st-key-lesson, [data-testid="stElementContainer"]:has(h1),
[data-testid="stElementContainer"]:has(h1) + [data-testid="stElementContainer"] { display: none }
.stMain .stMainBlockContainer { padding-top: 1.2rem; padding-bottom: 0 }
.stMain [data-testid="stExpander"] { display: none }
.stMain .stMarkdown :is(p, li) { font-size: 1.5rem; line-height: 1.45 }
.stMain h2 { font-size: 2.4rem }
.stMain .katex { font-size: 1.35em }
.stMain [data-testid="stCaptionContainer"] p { font-size: 1.1rem }
.stMain .fm-waffle { font-size: 1.3rem }
@media (max-width: 1200px), (max-height: 800px) {
  .stMain .stMarkdown :is(p, li) { font-size: 1.2rem; line-height: 1.35 }
  .stMain h2 { font-size: 1.8rem; padding: .3rem 0 }
  .stMain .katex { font-size: 1.1em }
  .stMain .katex-display { margin: .4em 0 }
  .stMain [data-testid="stCaptionContainer"] p { font-size: 1rem }
  .stMain .fm-waffle { font-size: 1rem }
}
</style>"""
"""Numbers are left out, which nobody unfolds on a beamer; small screens get smaller type."""


def choose_form(key: str) -> bool:
    """Let the user show the page large, with the way from slide to slide; return whether it is.

    Args:
        key: Of the lesson that is open.
    """
    with st.container(horizontal=True, vertical_alignment="center"):
        # Drawn anew at another depth it loses the focus, in which the arrow keys would stay.
        with st.container(width="content") if is_presenting() else nullcontext():
            st.toggle(
                "Present",
                key=PRESENT,
                bind="query-params",
                persist_state="session",
                help="Large type, one idea at a time. The keys ← and → go back and on.",
            )
        if is_presenting():
            _show_way(key)
    return is_presenting()


def show_slide(key: str) -> None:
    """Show one slide of a lesson."""
    lesson, slide = COURSE[key], _slide()
    st.html(_LARGE)
    if slide == "idea":
        show_idea(key)
    else:
        st.header(lesson.title, anchor=False)
    if slide == "picture":
        VIEWS[key](lesson.work)
    elif slide in ("question", "answer"):
        st.markdown(f"**{lesson.question}**")
    if slide == "answer":
        st.markdown(lesson.answer)


def _show_way(key: str) -> None:
    lesson, slide = LESSONS.index(key), SLIDES.index(_slide())
    st.button(
        "Back",
        icon=":material/chevron_left:",
        disabled=lesson == 0 and slide == 0,
        on_click=_move,
        args=(key, -1),
        shortcut="Left",
        key="slide-back",
    )
    st.button(
        "Next",
        icon=":material/chevron_right:",
        icon_position="right",
        type="primary",
        disabled=lesson == len(LESSONS) - 1 and slide == len(SLIDES) - 1,
        on_click=_move,
        args=(key, 1),
        shortcut="Right",
        key="slide-next",
    )
    st.caption(f"Lesson {lesson + 1} of {len(LESSONS)}, {SLIDES[slide]}")


def _slide() -> str:
    return str(st.session_state.get(_SLIDE, SLIDES[0]))


def _move(key: str, by: int) -> None:
    """Go one slide on or back: within the stages of a picture, then the lesson, then the course."""
    slide, lesson = SLIDES.index(_slide()), LESSONS.index(key)
    if key == _STAGED and SLIDES[slide] == "picture" and has_stage(by):
        move_stage(by)
        return
    slide += by
    if not 0 <= slide < len(SLIDES):
        open_lesson(lesson + by)
    st.session_state[_SLIDE] = SLIDES[slide % len(SLIDES)]

"""The course: which lesson is open, its words around its chart, and the way to the next."""

import streamlit as st

from fairmoe.lessons.course import COURSE
from fairmoe.lessons.equations import EQUATIONS
from fairmoe.lessons.sheet import question_sheet
from fairmoe.ui.frame.links import link
from fairmoe.ui.frame.pages import ATTENTION, DATA, EXPERTS, PAGES, RESULT, ROUTING, TRAIN
from fairmoe.ui.learn.lessons import VIEWS

LESSONS = list(COURSE)
_BY_SHORT = {lesson.short: key for key, lesson in COURSE.items()}
_KEY = "lesson"

# Where the user's own data shows what a lesson is about: the first of these pages that there is.
_SEEN_ON = {
    "criteria": (DATA,),
    "experts": (EXPERTS,),
    "outcome_weight": ("pages/tradeoff.py", TRAIN),
    "attention": (ATTENTION,),
    "reversal": (TRAIN,),
    "gate_steps": (ROUTING,),
    "reward": (ROUTING,),
    "balance": (ROUTING,),
    "constant": (EXPERTS,),
    "chance": (EXPERTS,),
    "levelling": (RESULT,),
    "thresholds": (EXPERTS,),
}


def choose_lesson() -> str:
    """Let the user choose a lesson, and return its key."""
    # The address carries what is shown, so one word each.
    first = COURSE[LESSONS[0]].short
    short = st.segmented_control(
        "Lesson",
        list(_BY_SHORT),
        # Streamlit complains of a default beside a value that a button has set.
        default=None if _KEY in st.session_state else first,
        required=True,
        key=_KEY,
        bind="query-params",
        persist_state="session",
    )
    return _BY_SHORT[short or first]


def show_lesson(key: str) -> None:
    """Show a lesson: what it says, its equations, its picture, a question."""
    lesson = COURSE[key]
    show_idea(key)
    VIEWS[key](lesson.work)
    st.subheader("To think about", anchor=False)
    st.markdown(lesson.question)
    with st.expander("Show answer", icon=":material/lightbulb:"):
        st.markdown(lesson.answer)


def show_idea(key: str) -> None:
    """Show what a lesson says, and its equations."""
    lesson = COURSE[key]
    st.header(f"{LESSONS.index(key) + 1}. {lesson.title}", anchor=False)
    st.markdown(lesson.text, width=820)
    for number in lesson.equations:
        st.latex(EQUATIONS[number])


def show_way(key: str) -> None:
    """Show where this is seen on the user's own data, and the lessons before and after."""
    place = LESSONS.index(key)
    path = next(path for path in _SEEN_ON[key] if path in PAGES)
    link(path, f"See it on your data: {PAGES[path].label}", icon=":material/arrow_forward:")
    with st.container(horizontal=True):
        st.button(
            "Previous lesson",
            icon=":material/chevron_left:",
            disabled=place == 0,
            on_click=open_lesson,
            args=(place - 1,),
        )
        st.button(
            "Next lesson",
            icon=":material/chevron_right:",
            icon_position="right",
            type="primary",
            disabled=place == len(LESSONS) - 1,
            on_click=open_lesson,
            args=(place + 1,),
        )


def open_lesson(place: int) -> None:
    """Open the lesson at a place of the course."""
    st.session_state[_KEY] = COURSE[LESSONS[place]].short


def show_sheet() -> None:
    """Offer all questions as a file to print, with the answers on pages of their own."""
    st.download_button(
        "Questions to print, answers apart",
        question_sheet,
        file_name="fairmoe-questions.html",
        mime="text/html",
        on_click="ignore",
        icon=":material/print:",
        type="tertiary",
    )

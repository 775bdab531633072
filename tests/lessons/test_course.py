import importlib
import re

import pytest

from fairmoe._escape import escape_html
from fairmoe.lessons.course import COURSE
from fairmoe.lessons.equations import EQUATIONS
from fairmoe.lessons.sheet import question_sheet
from fairmoe.ui.learn.lessons import VIEWS


def test_every_lesson_has_words_a_computation_and_a_view():
    assert len(COURSE) == 12
    assert list(COURSE) == list(VIEWS)
    for key in COURSE:
        assert callable(importlib.import_module(f"fairmoe.lessons.{key}").compute)
    assert len({lesson.short for lesson in COURSE.values()}) == 12


@pytest.mark.parametrize("key", COURSE)
def test_a_lesson_is_short_and_its_equations_are_known(key):
    lesson = COURSE[key]
    assert 3 <= len(re.findall(r"[.?](?: |$)", lesson.text)) <= 6
    assert lesson.question.endswith(("?", "."))
    assert lesson.answer
    assert set(lesson.equations) <= set(EQUATIONS)


@pytest.mark.parametrize("key", COURSE)
def test_no_lesson_calls_a_model_fair(key):
    lesson = COURSE[key]
    words = f"{lesson.text} {lesson.question} {lesson.answer}".lower()
    assert "is fair" not in words
    assert "unbiased" not in words


def test_the_sheet_asks_all_questions_before_it_answers_any():
    questions, answers = question_sheet().split('class="answers"')

    for lesson in COURSE.values():
        assert escape_html(lesson.question) in questions
        assert escape_html(lesson.answer) in answers
        assert escape_html(lesson.answer) not in questions
    assert ".answers { break-before: page }" in questions
    assert "http" not in questions + answers


def test_equations_carry_their_number_and_stay_in_one_line():
    assert EQUATIONS[14] == r"\mathcal{L}_{DP} = |p_0 - p_1| \qquad (14)"
    assert all(f"({number})" in tex for number, tex in EQUATIONS.items())
    assert EQUATIONS[20].endswith(r"\\M = \tfrac{1}{2}(A_0 + A_1) \qquad (20)\end{gathered}")
    assert not any("\n" in tex or "tag" in tex for tex in EQUATIONS.values())

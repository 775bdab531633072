"""Learn: nine lessons, one idea each, on the demo."""

from fairmoe.ui.frame.evidence import evidence_button
from fairmoe.ui.frame.frame import LEARN, page
from fairmoe.ui.learn.learn import choose_lesson, show_lesson, show_way

with page(LEARN):
    lesson = choose_lesson()
    show_lesson(lesson)
    show_way(lesson)
    evidence_button()

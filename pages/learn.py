"""Learn: twelve lessons, one idea each, on the demo."""

from fairmoe.ui.frame.evidence import evidence_button
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import LEARN
from fairmoe.ui.learn.learn import choose_lesson, show_lesson, show_sheet, show_way
from fairmoe.ui.learn.present import choose_form, show_slide

with page(LEARN):
    lesson = choose_lesson()
    if choose_form(lesson):
        show_slide(lesson)
    else:
        show_lesson(lesson)
        show_way(lesson)
        show_sheet()
        evidence_button()

"""The questions of the course to print, with the answers on pages of their own."""

from fairmoe._escape import escape_html
from fairmoe.lessons.course import COURSE

_STYLE = """
@page { size: A4; margin: 20mm 18mm }
body { font: 11.5pt/1.5 Georgia, serif; color: #111; background: #fff; max-width: 46em;
  margin: 2em auto; padding: 0 1em }
h1 { font-size: 1.5em } h2 { font-size: 1.08em; margin: 1.4em 0 .2em }
section { break-inside: avoid }
.lines { height: 6em; background: repeating-linear-gradient(transparent 0 1.9em, #bbb 1.9em 2em) }
.answers { break-before: page }
@media print { body { margin: 0; max-width: none; padding: 0 } }
"""


def question_sheet() -> str:
    """Return a page of HTML that needs nothing else: all questions, then all answers."""
    questions, answers = "", ""
    for place, lesson in enumerate(COURSE.values(), start=1):
        head = f"<h2>{place}. {escape_html(lesson.title)}</h2>"
        asked = f"<p>{escape_html(lesson.question)}</p>"
        questions += f'<section>{head}{asked}<div class="lines"></div></section>'
        answers += f"<section>{head}<p>{escape_html(lesson.answer)}</p></section>"
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        f"<title>fairmoe: questions</title><style>{_STYLE}</style></head><body>"
        f"<h1>Fair decisions: questions</h1>{questions}"
        f'<div class="answers"><h1>Answers</h1>{answers}</div></body></html>'
    )

"""What a run found, as one file that a lay reader, a printer or a program can read."""

from fairmoe.report.card import to_card
from fairmoe.report.document import DEFAULT, Report, make_report, to_html
from fairmoe.report.machine import to_csv, to_json
from fairmoe.report.signing import Cover

__all__ = [
    "DEFAULT",
    "Cover",
    "Report",
    "make_report",
    "to_card",
    "to_csv",
    "to_html",
    "to_json",
]

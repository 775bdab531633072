"""What a run found, as one file that a lay reader, a printer or a program can read."""

from fairmoe.report.document import CHOICES, Cover, Report, make_report, to_html
from fairmoe.report.machine import to_csv, to_json

__all__ = ["CHOICES", "Cover", "Report", "make_report", "to_csv", "to_html", "to_json"]

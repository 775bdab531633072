"""Report: choose what it says, add notes, read it, take it away."""

from fairmoe.ui.decide.report import (
    choose_sections,
    make_once,
    show_downloads,
    show_open_points,
    show_preview,
    write_cover,
)
from fairmoe.ui.frame.frame import page
from fairmoe.ui.frame.pages import REPORT

with page(REPORT) as state:
    kept = state.kept
    assert kept is not None
    report = make_once(state, kept)
    show_open_points(report)
    chosen = choose_sections(report)
    cover = write_cover(kept)
    show_downloads(state, report, cover, chosen)
    show_preview(state, report, cover, chosen)

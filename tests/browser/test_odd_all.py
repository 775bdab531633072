"""Odd files through the real upload: each is read or refused in a sentence, the log stays clean."""

from playwright.sync_api import expect

from tests.browser.driving import upload
from tests.odd_files import bombs, odd_files
from tests.odd_table import MARK
from tests.patience import PATIENCE

EVERY = 1
"""Which of the odd files are uploaded: several kinds."""


def test_odd_files_are_read_or_refused_in_a_sentence(page, server, server_log):
    files = odd_files()
    chosen = {name: files[name] for name in sorted(files)[::EVERY]} | bombs()
    read, refused = [], []
    for number, (name, content) in enumerate(chosen.items()):
        kind = "parquet" if "Parquet" in name else "zip" if "ZIP" in name else "csv"
        page.goto(f"{server}/data")
        upload(page, f"odd{number}.{kind}", content)
        shown = page.get_by_role("heading", name=f"odd{number}.{kind}")
        error = page.get_by_test_id("stAlert").filter(has_text="however").first
        expect(shown.or_(error).first).to_be_visible(timeout=PATIENCE * 1000)
        if shown.is_visible():
            read.append(name)
        else:
            refused.append(name)
            assert MARK not in error.inner_text()
    assert len(read) > 1
    assert set(bombs()) <= set(refused)
    log = server_log.read_text("utf-8")
    assert "Traceback" not in log
    assert MARK not in log

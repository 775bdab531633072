"""The sign-off at the end of a report."""

import re
from dataclasses import replace
from datetime import date

import pytest

from fairmoe.report import Cover, make_report, to_html
from fairmoe.report.signing import sign_off
from tests.report.page import Page

pytestmark = pytest.mark.slow

SCORES = "SHA-256 of the mixture's scores on the test rows"
TODAY = Cover(date(2026, 11, 22))


def test_a_sign_off_is_a_line_to_write_on_or_what_was_decided(demo_run):
    run, _ = demo_run
    empty = dict(sign_off(run, TODAY).blocks[1].fields)
    assert empty["Reviewer"] == empty["Reason and conditions"] == empty["Date"] == ""
    assert "☒" not in empty["Decision"]
    cover = replace(TODAY, reviewer="Ann", role="Board", decision="rejected", reason="Too unequal.")
    fields = dict(sign_off(run, cover).blocks[1].fields)
    assert fields["Decision"].endswith("☒\u00a0Not\u00a0approved")
    assert fields["Decision"].count("☐") == 2
    assert (fields["Role"], fields["Reason and conditions"]) == ("Board", "Too unequal.")
    assert fields["Date"] == "2026-11-22"
    assert fields["SHA-256 of the table's file"] == run.data.sha256
    assert fields["Run (digest of table, roles and settings)"] == run.run_id
    assert Page(to_html(make_report(run), cover, ["signoff"])).text("dd")[0] == "Ann"


def test_the_digest_of_the_scores_tells_models_apart(demo_run):
    run, test = demo_run[0], demo_run[0].splits["test"]
    other = test.proba | {"mixture": test.proba["mixture"] + 1e-6}
    changed = replace(run, splits=run.splits | {"test": replace(test, proba=other)})
    digests = {dict(sign_off(each, TODAY).blocks[1].fields)[SCORES] for each in (run, changed)}
    assert len(digests) == 2
    assert all(re.fullmatch("[0-9a-f]{64}", digest) for digest in digests)

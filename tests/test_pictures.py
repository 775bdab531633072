"""The documents' pictures show the demo that is shipped, and what the code says of it today."""

import hashlib
import re

import pytest
from PIL import Image

from fairmoe.analysis import result_of, rows_of_run
from fairmoe.analysis.gap_sources import compare_sides, explain_log_odds
from fairmoe.data import assign_roles, demo_table
from fairmoe.names import METRICS
from fairmoe.runs import DEMO_RUN, demo_run, front_tables
from fairmoe.sentences.front import front_takeaway
from fairmoe.sentences.gap_sources import gap_source
from fairmoe.sentences.result import changed_harm, who_gets_it

NAMES = ("result", "experts", "attention", "tradeoff")
AGAIN = "take them again: python assets/make_pictures.py"


def text_of(assets, name):
    with Image.open(assets / f"screenshot-{name}.png") as picture:
        return picture.text


@pytest.fixture
def assets(pytestconfig):
    return pytestconfig.rootpath / "assets"


@pytest.mark.parametrize("name", NAMES)
def test_a_picture_shows_the_run_that_is_shipped(assets, name):
    digest = hashlib.sha256((assets / DEMO_RUN).read_bytes()).hexdigest()
    assert text_of(assets, name)["run"] == digest, AGAIN


def test_the_picture_of_result_says_what_the_code_says(assets):
    run = demo_run()
    found = result_of(run)
    told = who_gets_it(found.gaps["model"], "hired", groups=2)
    told += " " + changed_harm(found.account.groups, "hired", "not hired")
    assert told in text_of(assets, "result")["told"], AGAIN


def test_the_picture_of_attention_says_what_the_code_says(assets):
    run = demo_run()
    rows = rows_of_run(run, assign_roles(demo_table(), run.roles), "test")
    found = compare_sides(explain_log_odds(rows), rows.record.group == 0, rows.record.group == 1)
    told = gap_source(found.parts, found.totals, "women", "men")
    assert told in text_of(assets, "attention")["told"], AGAIN


def test_the_picture_of_the_trade_off_says_what_the_code_says(assets):
    run = demo_run()
    points, beside = front_tables(run.points, run.run_id, "dp")
    told = front_takeaway(points, beside.T["utility"], METRICS["dp"].label)
    assert told in text_of(assets, "tradeoff")["told"], AGAIN


def test_documents_show_no_other_screenshots(assets, pytestconfig):
    shown = set()
    for document in ("README.md", "docs/guide.md"):
        text = (pytestconfig.rootpath / document).read_text(encoding="utf-8")
        shown |= set(re.findall(r"assets/screenshot-(\w+)\.png", text))
    assert shown == set(NAMES) == {path.stem[11:] for path in assets.glob("screenshot-*.png")}

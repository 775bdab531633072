"""The model card: front matter that YAML reads, and markdown in which no name is markup."""

import itertools
import math
from dataclasses import replace
from datetime import date

import pytest
import yaml

from fairmoe.names import EVERY_RUN, METRICS
from fairmoe.report import Cover, make_report, to_card
from tests.report.conftest import NASTY

pytestmark = pytest.mark.slow

TODAY = Cover(date(2026, 11, 22), notes="Mind *this*.")


def front_matter(card):
    return yaml.safe_load(card.split("---\n")[1])


@pytest.fixture(scope="module")
def card(demo_run):
    return to_card(make_report(*demo_run), TODAY)


def test_the_front_matter_has_the_fields_of_the_hub(card, demo_run):
    run, _ = demo_run
    told = front_matter(card)
    assert told["library_name"] == "fairmoe"
    assert told["pipeline_tag"] == "tabular-classification"
    assert "tabular-classification" in told["tags"]
    assert told["metrics"] == ["accuracy", "f1", "roc_auc"]
    (model,) = told["model-index"]
    assert model["name"] == f"fairmoe-{run.run_id}"
    (result,) = model["results"]
    assert result["task"]["type"] == "tabular-classification"
    assert result["dataset"] == {"type": "tabular", "name": "demo_hiring.csv", "split": "test"}
    values = {metric["type"]: metric["value"] for metric in result["metrics"]}
    scores = run.scores["test"]["mixture"]
    assert values == {
        hub: round(scores[name], 6)
        for name, hub in (("acc", "accuracy"), ("f1", "f1"), ("auc", "roc_auc"))
    }


def test_what_cannot_be_estimated_is_left_out(run_of):
    run = run_of([1, 1, 0, 0], [0, 0, 1, 1], {"mixture": [0.9, 0.1, 0.9, 0.1]})
    scores = {m: dict.fromkeys(METRICS, math.nan) for m in EVERY_RUN}
    card = to_card(make_report(replace(run, scores={"test": scores})), TODAY)
    assert front_matter(card)["model-index"][0]["results"] == []


def test_the_card_holds_the_first_page_use_limits_and_sign_off(card):
    titles = [line[3:] for line in card.splitlines() if line.startswith("## ")]
    assert titles == [
        "In short",
        "Notes",
        "What was trained on what",
        "Who is affected, and how",
        "What each model scores",
        "Limits",
        "Intended use and out of scope",
        "Sign-off",
    ]
    assert "**The question.** Who gets the outcome “hired”" in card
    assert "Mind \\*this\\*." in card
    assert "- **Reviewer:** (not filled in)" in card


def test_tables_have_a_cell_for_each_column(card):
    rows = [line for line in card.splitlines() if line.startswith("| ")]
    assert any(row.startswith("| female | ") for row in rows)
    for heading, ruler in itertools.pairwise(rows):
        if set(ruler) <= set("|-: "):
            assert heading.count(" | ") == ruler.count(" | ")


def test_no_name_is_markup(nasty_run):
    run, labelled = nasty_run
    name = f"{NASTY} | [a](b) `c` https://x.org @me \x07---"
    named = replace(run, data=replace(run.data, name=name))
    card = to_card(make_report(named, labelled), TODAY)
    told = front_matter(card)["model-index"][0]["results"][0]["dataset"]["name"]
    assert told == name.replace("\x07", "\N{REPLACEMENT CHARACTER}")
    body = card.split("---\n", 2)[2]
    assert "<script" not in body
    assert "<img" not in body
    assert "](b)" not in body.replace("\\]", "")
    assert "https://x.org" not in body
    title = next(line for line in body.splitlines() if line.startswith("# "))
    assert "\\`c\\`" in title
    assert "\\|" in title

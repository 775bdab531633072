"""The HTML file: its structure, that it needs no network, and that nothing in it is markup."""

import base64
import hashlib
import itertools
import json
import re
from dataclasses import replace
from datetime import date

import pytest
from plotly.offline import get_plotlyjs

from fairmoe.data import Roles, Sensitive, Target
from fairmoe.errors import InvalidInputError
from fairmoe.names import EVERY_RUN, METRICS, REPORT_SECTIONS
from fairmoe.report import DEFAULT, Cover, make_report, to_html
from fairmoe.report.document import _inert
from fairmoe.report.grids import origin_grid
from tests.report.conftest import NASTY
from tests.report.page import Page

pytestmark = pytest.mark.slow

TODAY = Cover(date(2026, 11, 22))


@pytest.fixture(scope="module")
def report(demo_run):
    return make_report(*demo_run)


@pytest.fixture(scope="module")
def html(report):
    return to_html(report, TODAY)


@pytest.fixture(scope="module")
def page(html):
    return Page(html)


def without_plotly(html):
    return html.replace(get_plotlyjs(), "")


def test_the_chosen_sections_follow_the_summary(report):
    chosen = ["limits", "groups"]
    page = Page(to_html(report, TODAY, chosen))
    ids = [attrs["id"] for attrs in page.of("section")]
    assert ids == ["summary", "groups", "limits"]
    assert [attrs["href"] for attrs in page.of("a")] == [f"#{each}" for each in ids]


def test_the_long_and_the_special_are_left_out_by_default(page):
    alone = [key for key in DEFAULT if key != "awareness"]
    assert [attrs["id"] for attrs in page.of("section")] == ["summary", *alone]
    assert set(REPORT_SECTIONS) - set(DEFAULT) == {"training", "ll144"}


def test_an_unknown_section_is_refused(report):
    with pytest.raises(InvalidInputError, match="there is none called 'nothing'") as error:
        to_html(report, TODAY, ["nothing"])
    assert error.value.choices == tuple(REPORT_SECTIONS)


DRAWN = "data:image/svg+xml;base64,"


def test_structure_is_what_a_screen_reader_needs(page):
    assert page.of("html")[0]["lang"] == "en"
    levels = [int(tag[1]) for tag, _ in page.elements if re.fullmatch("h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - level <= 1 for level, later in itertools.pairwise(levels))
    assert all(attrs.get("scope") in ("col", "row") for attrs in page.of("th"))
    assert len(page.of("caption")) == len(page.of("table"))
    charts = [attrs for attrs in page.of("div") if attrs.get("role") == "img"]
    assert len(page.of("figure")) == len(page.of("figcaption")) == len(charts) == 8
    assert len(page.of("details")) == len(page.of("summary")) == 10
    assert all(attrs["aria-label"].endswith(".") for attrs in charts)
    ids = [attrs["id"] for _, attrs in page.elements if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_each_chart_has_its_data(page):
    holders = [attrs for attrs in page.of("script") if "data-chart" in attrs]
    places = {attrs["id"] for attrs in page.of("div") if "id" in attrs}
    assert {attrs["data-chart"] for attrs in holders} == places
    specs = [json.loads(text) for text in page.text("script")[: len(holders)]]
    assert all(spec["data"] and spec["layout"] for spec in specs)


def test_nothing_is_fetched(html, page):
    assert html.count(get_plotlyjs()) == 1
    rest = without_plotly(html)
    assert not re.search(r"https?:|\bwss?:|ftp:|//\w[\w-]*\.\w|@import|url\(", rest)
    for _, attrs in page.elements:
        assert attrs.get("src", DRAWN).startswith(DRAWN)
        assert attrs.get("href", "#").startswith("#")
        assert not any(name.startswith("on") for name in attrs)
    assert not page.of("link")
    assert not page.of("iframe")


def test_the_policy_runs_the_two_scripts_and_nothing_else(page):
    policy = next(a["content"] for a in page.of("meta") if "http-equiv" in a)
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    scripts = page.text("script")[-2:]
    digests = [base64.b64encode(hashlib.sha256(s.encode()).digest()).decode() for s in scripts]
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == " ".join(f"'sha256-{digest}'" for digest in digests)
    assert rules["img-src"] == "data: blob:"
    assert set(rules) == {
        "default-src",
        "script-src",
        "style-src",
        "img-src",
        "base-uri",
        "form-action",
    }


def test_the_style_of_the_page_leaves_pictures_that_are_markup_alone(report, html):
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)
    assert style is not None
    styled = set(re.findall(r"(?<!\d)\.([a-z][a-z-]*)", style[1]))
    pictures = [b.markup for s in report.sections for b in s.blocks if b.kind == "picture"]
    drawn = {
        name
        for markup in pictures
        for names in re.findall(r'class="([^"]+)"', markup)
        for name in names.split()
    }
    # In the dark their words were white on the white paper of charts.
    assert {"cell", "roomy"} <= drawn
    assert {name for name in styled & drawn if not name.startswith("fm-")} == set()


def test_no_name_and_no_note_is_markup(nasty_run):
    cover = Cover(date(2026, 11, 22), title=NASTY, author=NASTY, notes=f"{NASTY}\n\n<b>bold</b>")
    report = make_report(*nasty_run)
    html = to_html(report, cover, tuple(REPORT_SECTIONS))
    page = Page(html)
    charts = sum(block.kind == "chart" for s in report.sections for block in s.blocks)
    assert len(page.of("script")) == charts + 2
    maps = sum(
        block.kind == "picture" and "fm-map" in block.markup
        for s in report.sections
        for block in s.blocks
    )
    assert len(page.of("img")) == 2 * maps == 2
    assert all(attrs["src"].startswith(DRAWN) for attrs in page.of("img"))
    assert not page.of("b")
    assert "<script>alert" not in html
    assert "{{ 7 * 7 }}" in page.text("h1")[0]
    assert page.text("h1") == [NASTY]
    notes = [text for tag, text in page.texts if tag == "p" and text.startswith(NASTY)]
    assert f"{NASTY}\n\n<b>bold</b>" in notes


@pytest.mark.slow
def test_a_report_on_as_many_rows_as_adult_is_small(nasty_run):
    assert len(to_html(make_report(*nasty_run), TODAY).encode()) < 8_000_000


def test_the_same_run_gives_the_same_bytes(report, html, demo_run):
    assert to_html(make_report(*demo_run), TODAY) == html
    other = to_html(report, Cover(date(2027, 1, 2)))
    before, after = without_plotly(html).splitlines(), without_plotly(other).splitlines()
    different = [b for b, a in zip(before, after, strict=True) if b != a]
    assert len(different) == 1
    assert "22 November 2026" in different[0]


def test_scores_are_those_of_the_run(page, demo_run):
    scores = demo_run[0].scores["test"]
    rows = [text.split("\n")[0].replace("\u00a0", " ") for text in page.text("tr")]
    for metric, about in METRICS.items():
        cells = "".join(about.text(scores[model][metric]) for model in EVERY_RUN)
        assert f"{about.label}{cells}" in rows


def test_attention_is_told_only_with_the_table(html, demo_run):
    run, labelled = demo_run
    without = Page(to_html(make_report(run), TODAY, ["attention"]))
    told = " ".join(without.text("p"))
    assert "of the table, which was not given" in told
    assert "which was not given" not in html
    columns = {text for text in Page(html).text("th") if text in run.encoder.columns}
    assert columns == set(run.encoder.columns)
    other = replace(labelled, table=replace(labelled.table, sha256="0" * 64))
    with pytest.raises(InvalidInputError, match="The table that the run was trained on is needed"):
        make_report(run, other)


def test_settings_seeds_and_digests_are_all_there(page, demo_run):
    run = demo_run[0]
    text = " ".join(page.text("tr"))
    for setting, value in run.settings.to_dict().items():
        assert f"{setting}{value}" in text
    for digest in (run.data.sha256, run.settings.digest(), run.run_id):
        assert digest in text


def test_no_model_is_called_fair(html):
    words = re.sub(r"<script.*?</script>|<style.*?</style>", "", html, flags=re.S).lower()
    assert not re.search(r"\bfair\b|\bfairly\b|unbiased|bias-free|discriminat", words)


def test_what_cannot_be_estimated_is_insufficient_data(run_of):
    run = run_of([1, 1, 0, 0], [0, 0, 1, 1], {"mixture": [0.9, 0.1, 0.9, 0.1]})
    scores = {m: dict.fromkeys(METRICS, float("nan")) for m in EVERY_RUN}
    page = Page(to_html(make_report(replace(run, scores={"test": scores})), TODAY))
    assert f"Final score{'insufficient data' * len(EVERY_RUN)}" in page.text("tr")
    assert "nan" not in " ".join(text for _, text in page.texts if len(text) < 1000).split()
    assert "wants equal outcomes" not in page.text("small")  # The weights of four rows.


def test_a_spec_cannot_end_its_element_even_if_plotly_stopped_escaping():
    names = ["</script><script>alert(1)</script>", "<!--", "\u2028"]
    inert = _inert(json.dumps(names, ensure_ascii=False))
    assert "<" not in inert
    assert "\u2028" not in inert
    assert json.loads(inert) == names


def test_the_origin_tells_what_the_outcomes_are(demo_run):
    run, _ = demo_run
    facts = dict(origin_grid(run).rows)
    assert facts["Outcomes"] == "hired / not hired"
    assert facts["What being positive is for the person"] == "good"
    untold = replace(run.roles, target=Target("hired"))
    facts = dict(origin_grid(replace(run, roles=untold)).rows)
    assert facts["What being positive is for the person"] == "not told"


def test_the_origin_tells_what_merged_groups_hold(demo_run):
    run, _ = demo_run
    merge = (("rest", ("other", "unknown")),)
    sensitive = (Sensitive("race", merge=merge), Sensitive("sex", merge=(("rest", ("x",)),)))
    facts = dict(origin_grid(replace(run, roles=Roles(Target("hired"), sensitive))).rows)
    assert facts["Merged in rest (race)"] == "other and unknown"
    assert facts["Merged in rest (sex)"] == "x"

import base64
import re

import pandas as pd
import pytest

from fairmoe.figures.waffle import MOST_GROUPS, shares_of_hundred, waffle

GAPS = {"label": ("25.0 pp", "Clear"), "plain": ("5.0 pp", "Chance"), "model": ("–", "Nothing")}
COUNTS = ["n", "good_label", "good_plain", "good_model", "harmed_plain", "harmed_model"]


def groups(**rows):
    return pd.DataFrame.from_dict(rows, orient="index", columns=COUNTS)


def draw(of, *, is_told=True, **marked):
    return waffle(
        of,
        GAPS,
        words=("hired", "not hired"),
        is_told=is_told,
        caption='"A" & b',
        **marked,
    )


def alts(html):
    return re.findall(r'alt="([^"]+)"', html)


def shapes(html):
    """Return the discs, diamonds, crosses and rings of each hundred, counted."""
    images = re.findall(r'alt="[^"]+".*?base64,([^"]+)', html)
    return [
        tuple(
            d.count("a") // 2 or d.count("z") or d.count("l") // 2
            for d in re.findall(r' d="([^"]*)"', svg)
        )
        for svg in (base64.b64decode(image).decode() for image in images)
    ]


def test_four_shares_add_up_to_a_hundred():
    row = pd.Series(dict(zip(COUNTS, (801, 267, 300, 311, 91, 77), strict=True)))

    # Of 267 with the good label 91 are denied it, so of 300 who get it 124 do so wrongly.
    assert shares_of_hundred(row, "plain", is_told=True) == (22, 16, 11, 51)
    assert shares_of_hundred(row, "label", is_told=True) == (33, 0, 0, 67)
    assert shares_of_hundred(row, "plain", is_told=False) == (37, 0, 0, 63)


def test_of_weighted_rows_no_share_is_less_than_nothing():
    # Counts are rounded, each for itself: 21 would get it rightly of 20 who get it.
    row = pd.Series(dict(zip(COUNTS, (100, 30, 20, 20, 9, 11), strict=True)))
    assert shares_of_hundred(row, "plain", is_told=True) == (20, 0, 9, 71)
    nobody = pd.Series(dict(zip(COUNTS, (100, 30, 0, 0, 30, 30), strict=True)))
    assert shares_of_hundred(nobody, "plain", is_told=True) == (0, 0, 30, 70)


def test_every_dot_is_a_person_of_a_hundred():
    html = draw(groups(women=(200, 60, 50, 70, 20, 10), men=(100, 50, 40, 50, 25, 15)))

    assert shapes(html) == [
        # Women, then men.
        (30, 0, 0, 70),
        (20, 5, 10, 65),
        (25, 10, 5, 60),
        (50, 0, 0, 50),
        (25, 15, 25, 35),
        (35, 15, 15, 35),
    ]
    assert alts(html)[:3] == [
        "30 of 100 “hired”",
        "25 of 100 “hired”, 5 of them wrongly, 10 wrongly “not hired”, 33.3% of those labelled "
        "“hired”",
        "35 of 100 “hired”, 10 of them wrongly, 5 wrongly “not hired”, 16.7% of those labelled "
        "“hired”",
    ]


def test_what_is_told_is_rounded_by_itself():
    html = draw(groups(men=(1307, 713, 674, 644, 180, 186)))
    assert shapes(html)[1] == (40, 11, 14, 35)
    assert alts(html)[1] == (
        "52 of 100 “hired”, 11 of them wrongly, 14 wrongly “not hired”, 25% of those labelled "
        "“hired”"
    )
    assert "<small>wrongly “hired”</small>" in html
    assert "<b>52</b>" in html
    assert "14 (<b>25%</b>)" in html
    assert "wrongly “not hired” (% of those labelled “hired”)" in html
    nobody = draw(groups(men=(10, 0, 5, 5, 0, 0)))
    assert "%</b>)" not in nobody


def test_a_share_of_few_people_says_of_how_many():
    few = draw(groups(women=(200, 29, 50, 70, 20, 10), men=(200, 30, 50, 70, 20, 10)))
    assert '10 (<b>69.0%</b> <small class="few">of 29</small>)' in few
    assert "10 (<b>66.7%</b>)" in few
    assert "69.0% of the 29 labelled “hired”" in alts(few)[1]
    assert "66.7% of those labelled “hired”" in alts(few)[4]


def test_shares_have_a_digit_more_where_their_difference_would_be_told_otherwise():
    # 25.2 and 26.5%: 1 more of 100, not 2; and 25.2 and 26.1%, which is 1 more.
    apart = draw(groups(men=(1307, 713, 674, 644, 180, 189)))
    assert "(<b>25.2%</b>)" in apart
    assert "(<b>26.5%</b>)" in apart
    alike = draw(groups(men=(1307, 713, 674, 644, 180, 186)))
    assert "(<b>25%</b>)" in alike
    assert "(<b>26%</b>)" in alike


def test_the_table_names_groups_sources_and_gaps():
    html = draw(groups(women=(1200, 60, 50, 70, 20, 10), men=(100, 50, 40, 50, 25, 15)))

    assert re.findall(r'<th scope="col">(.*?) <', html) == ["Data", "Plain model", "Mixture"]
    assert re.findall(r'<th scope="row">(\w+)', html) == ["women", "men", "Gap"]
    assert "<small>1,200 people</small>" in html
    for gap, verdict in GAPS.values():
        assert f"{gap}</span><small>{verdict}</small>" in html
    assert 'aria-label="&quot;A&quot; &amp; b"' in html


def test_where_no_outcome_is_good_nobody_is_harmed():
    html = draw(
        groups(women=(200, 60, 50, 70, 20, 10), men=(100, 50, 40, 50, 25, 15)), is_told=False
    )

    assert all(given == denied == 0 for _, given, denied, _ in shapes(html))
    assert "wrongly" not in html


def test_groups_that_are_not_compared_are_marked():
    counts = (20, 10, 10, 10, 5, 5)
    people = groups(women=(30, *counts[1:]), men=(29, *counts[1:]))
    people.loc["others"] = people.loc["women"]
    html = draw(people, small=("men",), few_labelled=("men", "others"))
    assert re.findall(r"<small>(\d+ people.*?)</small>", html) == [
        "30 people",
        "29 people, too few",
        "30 people, few labelled",
    ]
    faint = [";opacity:.4" in image for image in re.findall(r"<img[^>]*aspect-ratio[^>]*>", html)]
    assert faint == [False] * 3 + [True] * 3 + [False] * 3


def test_of_many_groups_the_largest_are_drawn_and_none_without_people():
    many = {f"g{i}": (10 * i, 5, 5, 5, 1, 1) for i in range(9)}
    drawn = re.findall(r'<th scope="row">(g\d)', draw(groups(**many)))
    few = {"a": (0, 0, 0, 0, 0, 0), "b": (10, 5, 5, 5, 1, 1)}

    assert drawn == [f"g{i}" for i in range(9 - MOST_GROUPS, 9)]
    assert re.findall(r'<th scope="row">(a|b)', draw(groups(**few))) == ["b"]


def test_of_many_groups_those_furthest_apart_are_drawn_and_the_rest_is_counted():
    many = {f"g{i}": (100 + i, 50, 50, 50, 5, 5) for i in range(9)}
    html = waffle(
        groups(**many),
        GAPS,
        words=("hired", "not hired"),
        is_told=True,
        caption="",
        between=("g1", "g0"),
    )

    assert re.findall(r'<th scope="row">(g\d)', html) == ["g0", "g1", "g5", "g6", "g7", "g8"]
    assert "Drawn are 6 of 9 groups: the two furthest apart and the largest." in html
    assert "Drawn are" not in draw(groups(**dict(list(many.items())[:6])))


@pytest.mark.parametrize("between", [(), ("", "")])
def test_where_no_gap_can_be_told_no_two_groups_are_said_to_be_furthest_apart(between):
    many = groups(**{f"g{i}": (100 + i, 50, 50, 50, 5, 5) for i in range(9)})
    words = ("hired", "not hired")
    html = waffle(many, GAPS, words=words, is_told=True, caption="", between=between)

    assert "Drawn are 6 of 9 groups: the largest." in html


@pytest.mark.parametrize(("count", "deep"), [(2, 10), (3, 5)])
def test_more_groups_stand_closer(count, deep):
    html = draw(groups(**{f"g{i}": (10, 5, 5, 5, 1, 1) for i in range(count)}))

    assert html.count(f"aspect-ratio:{100 // deep}/{deep}") == 3 * count


def test_names_are_text():
    html = draw(groups(**{"<b>x</b>": (10, 5, 5, 5, 1, 1)}))

    assert "&lt;b&gt;x&lt;/b&gt;" in html


def test_of_the_sources_those_with_a_title_are_drawn():
    html = waffle(
        groups(women=(200, 60, 50, 70, 20, 10), men=(100, 50, 40, 50, 25, 15)),
        GAPS,
        words=("hired", "not hired"),
        is_told=True,
        caption="",
        titles={"label": ("Data", "by label"), "model": ("Today", "<b>risk</b>")},
    )
    assert shapes(html) == [(30, 0, 0, 70), (25, 10, 5, 60), (50, 0, 0, 50), (35, 15, 15, 35)]
    assert html.count('scope="col"') == 2
    assert "Today <small>&lt;b&gt;risk" in html
    assert "5.0 pp" not in html.replace("25.0 pp", "")

"""What is said beside a table in the form of Local Law 144, word by word."""

from fairmoe.sentences.selection import NO_PASS_MARK, who_is_counted

COUNTED = (
    "1,200 people of the test rows. Selected are those to whom the mixture gives “hired”. An "
    "impact ratio is a category's selection rate divided by that of the most selected category."
)


def test_those_without_a_category_are_counted():
    assert who_is_counted("hired", 1200, 1000) == (
        f"{COUNTED} 1,000 people have no known category in the whole table, and none is counted."
    )
    assert who_is_counted("hired", 1200, 1) == (
        f"{COUNTED} 1 person has no known category in the whole table, and none is counted."
    )
    assert who_is_counted("hired", 1200, None) == (
        f"{COUNTED} How many people have no known category cannot be told without the table."
    )


def test_there_is_no_pass_mark():
    assert NO_PASS_MARK == (
        "The law sets no ratio that one passes with, and this table is no bias audit: that is made "
        "by an independent auditor, of sex and race or ethnicity, on data of the tool's use."
    )

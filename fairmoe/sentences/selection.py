"""What a table in the form of Local Law 144 tells, and what it does not."""

NO_PASS_MARK = (
    "The law sets no ratio that one passes with, and this table is no bias audit: that is made by "
    "an independent auditor, of sex and race or ethnicity, on data of the tool's use."
)


def who_is_counted(outcome: str, rows: int, unknown: int | None) -> str:
    """Say of whom the table is, who counts as selected, and how many are in no category.

    Args:
        outcome: What being selected is called.
        rows: The people in the table.
        unknown: How many people of the whole file are in none, for their category is not known;
            None if the file is not at hand.
    """
    told = (
        f"{rows:,} people of the test rows. Selected are those to whom the mixture gives "
        f"“{outcome}”. An impact ratio is a category's selection rate divided by that of the most "
        "selected category."
    )
    if unknown is None:
        return f"{told} How many people have no known category cannot be told without the table."
    people = "person has" if unknown == 1 else "people have"
    return f"{told} {unknown:,} {people} no known category in the whole table, and none is counted."

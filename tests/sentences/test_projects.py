from fairmoe.sentences.projects import rows_needed, what_it_holds, wrong_table


def test_what_a_project_holds_is_said_word_by_word():
    assert what_it_holds(with_table=True) == (
        "The file holds the table: whoever gets it can read every cell."
    )
    told = (
        "The file does not hold the table. It does name columns, groups and levels of categories, "
        "and by its position it tells of each row the label, the group and what the models say. "
        "Attention, Individual and training ask for the table's file when the project is opened."
    )
    assert what_it_holds(with_table=False) == told
    assert what_it_holds(with_table=False, encoded_rows=16) == (
        f"{told} The models hold 16 encoded training rows to explain against."
    )


def test_rows_are_asked_for_by_the_name_of_their_table():
    assert rows_needed("a.csv") == (
        "This needs the rows, and the run was opened without them. Give the file 'a.csv', in the "
        "sidebar."
    )
    assert rows_needed("").endswith("Give the file that it was trained on, in the sidebar.")


def test_a_wrong_file_is_told_of():
    needed, however, remedy = wrong_table("a.csv")
    assert needed == "The file that the run was trained on is needed, byte for byte"
    assert (however, remedy) == ("this one has another digest", "Look for 'a.csv' as it was.")
    assert wrong_table("")[2] == "Look for the file as it was."

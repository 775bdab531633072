from fairmoe.sentences.projects import (
    DELETED_FOR_ALL,
    TAKES_THE_PLACE,
    WHO_SEES_THE_STORE,
    about_stored,
    explored_left_out,
    name_is_taken,
    rows_needed,
    scores_without_model,
    stays_in_memory,
    sweep_too_long,
    what_it_holds,
    wrong_table,
)


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


def test_what_a_project_does_not_tell_of_is_named():
    assert explored_left_out(sweeps=0, fits=False) == ""
    assert explored_left_out(sweeps=1, fits=False, holds_one=False) == (
        "A project holds one sweep, and what was fitted on the same rows. Not in it: 1 sweep of "
        "this session."
    )
    assert explored_left_out(sweeps=2, fits=True) == (
        "A project holds one sweep, and what was fitted on the same rows. Not in it: 2 other "
        "sweeps of this session and Fairlearn's methods around other runs."
    )
    assert explored_left_out(sweeps=1, fits=False).endswith(
        "Not in it: 1 other sweep of this session."
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


def test_who_sees_the_projects_of_a_server_is_said_word_by_word():
    assert WHO_SEES_THE_STORE == (
        "Projects that are saved here stay on the disk of this server until somebody deletes "
        "them. Everybody who can open this app can open, replace, rename and delete them."
    )
    assert DELETED_FOR_ALL == (
        "Whoever deletes it deletes it for everybody. It cannot be brought back."
    )
    assert TAKES_THE_PLACE == "It takes the place of the table and the runs of this session."


def test_projects_of_a_server_are_described():
    told = {"saved": "2026-11-29 22:10 UTC", "size": "1.0 MiB"}
    assert about_stored(runs=1, table="a.csv", with_table=True, **told) == (
        "1 run, with the table a.csv · saved 2026-11-29 22:10 UTC · 1.0 MiB"
    )
    assert about_stored(runs=2, table="a.csv", with_table=False, **told).startswith(
        "2 runs, without the table a.csv · "
    )
    assert about_stored(runs=0, table="", with_table=True, **told).startswith(
        "0 runs, with the table · "
    )
    assert about_stored(runs=0, table="", with_table=False, **told).startswith("0 runs · ")
    assert name_is_taken("a", "then") == "There is a project 'a' already, saved then."


def test_what_goes_and_what_stays_is_said():
    assert stays_in_memory("60 minutes", found_again=False, stored=False) == (
        "Your data stays in the memory of the server, and is gone 60 minutes after you close the "
        "page."
    )
    assert stays_in_memory("60 minutes", found_again=True, stored=True) == (
        "Your data stays in the memory of the server. After a reload this browser finds it again "
        "by the address of the page. All is gone 60 minutes after you close the page, but for "
        "projects that were saved on this server: they stay on its disk."
    )


def test_what_a_project_tells_of_a_sweep_is_said():
    assert sweep_too_long(5000, 4096) == (
        "The scores of all 5,000 are not in it: a project tells of at most 4,096 runs."
    )
    assert scores_without_model() == (
        "The project holds the scores of this run, not its model. Train it again to see it on all "
        "pages; its scores may then differ by some points, for it trains alone."
    )

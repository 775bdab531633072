from fairmoe.sentences.limits import (
    server_is_full,
    too_many_bytes,
    too_many_runs,
    too_much_work,
)


def test_a_training_that_is_too_large_is_told_what_would_do():
    assert too_much_work(12.34, {"epochs": 80, "rows": 5000}) == (
        "This server takes trainings up to a certain size",
        "this one is 12 times as large",
        "It would take it with at most 80 epochs, or at most 5,000 rows.",
    )
    assert too_much_work(1.26, {"runs": 3, "hidden units": 1})[1:] == (
        "this one is 1.3 times as large",
        "It would take it with at most 3 runs, or at most 1 hidden unit.",
    )
    assert too_much_work(1e7, {})[1:] == (
        "this one is 10,000,000 times as large",
        "Take far fewer rows, epochs and runs.",
    )


def test_tables_that_do_not_fit_are_told_how_much_would():
    mib = 2**20
    assert too_many_bytes(300 * mib, 800 * mib, 1024 * mib) == (
        "The tables of a session may take 1,024 MiB of the server's memory",
        "this one takes 800 MiB beside the 300 MiB that are held",
        "A table of 724 MiB would fit; delete runs that were trained on other tables, or load "
        "fewer rows or columns.",
    )
    assert too_many_bytes(0, 2000 * mib, 1024 * mib)[1:] == (
        "this one takes 2,000 MiB",
        "Load fewer rows or columns.",
    )


def test_a_full_server_says_so():
    assert server_is_full(4 * 2**30) == (
        "The sessions of this server hold 4,096 MiB together, as much as they may. Try again "
        "later, or with a smaller table."
    )


def test_a_project_of_too_many_runs_says_how_many_would_do():
    assert too_many_runs(20, 12) == (
        "A project of at most 12 runs can be opened here",
        "this one has 20",
        "Whoever runs the server can allow more (FAIRMOE_RUNS=20).",
    )
    assert too_many_runs(2, 1)[0] == "A project of at most 1 run can be opened here"

"""One thread while training, and as many as before afterwards."""

import threading

import pytest
import torch

from fairmoe.training import on_one_thread


@pytest.fixture
def two_threads():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(before)


@pytest.mark.usefixtures("two_threads")
def test_one_inside_another_leaves_the_outer_on_one_thread():
    with on_one_thread():
        with on_one_thread():
            assert torch.get_num_threads() == 1
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2


@pytest.mark.usefixtures("two_threads")
def test_of_two_that_overlap_in_time_each_gets_back_what_there_was():
    found, entered, leave = {}, threading.Event(), threading.Event()

    def other():
        with on_one_thread():
            entered.set()
            leave.wait(60)
            found["inside"] = torch.get_num_threads()
        found["after"] = torch.get_num_threads()

    with on_one_thread():
        thread = threading.Thread(target=other)
        thread.start()
        assert entered.wait(60)
    assert torch.get_num_threads() == 2
    leave.set()
    thread.join()
    assert found == {"inside": 1, "after": 2}

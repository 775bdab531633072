"""One thread while training, and as many as before afterwards."""

import torch

from fairmoe.training import on_one_thread


def test_overlapping_trainings_restore_what_the_first_found():
    before = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        first, second = on_one_thread(), on_one_thread()
        first.__enter__()
        second.__enter__()
        first.__exit__(None, None, None)
        assert torch.get_num_threads() == 1
        second.__exit__(None, None, None)
        assert torch.get_num_threads() == 2
    finally:
        torch.set_num_threads(before)

"""What a training tells while it goes on."""

import torch

from fairmoe.training.reporting import Recorder


def test_means_are_told_of_what_is_trained_and_nothing_of_what_is_not():
    told = []
    figures = {"loss of utility": torch.empty(0), "loss of result": torch.tensor([1.0, 2.0])}
    Recorder(told.append).tell("experts", 3, 3, figures)
    (report,) = told
    assert (report.phase, report.done, report.total) == ("experts", 3, 3)
    assert report.values == {"loss of result": 1.5}

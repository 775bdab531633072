from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from fairmoe.cli import sweep_project
from fairmoe.errors import InvalidInputError


class ScoresAlone(SimpleNamespace):
    def __len__(self):
        return 4


def test_of_a_long_front_the_best_are_kept(monkeypatch, tmp_path, capsys):
    frame = pd.DataFrame({"validation_final_score": [0.1, 0.3, 0.2, 0.9], "seed": [0, 1, 2, 3]})
    run = SimpleNamespace(mixture=SimpleNamespace(explainer=SimpleNamespace(background=[])))
    result = ScoresAlone(
        varied=(),
        frame=lambda: frame,
        front=lambda: np.array([True, True, True, False]),
        open=lambda place: SimpleNamespace(place=place, **vars(run)),
        roles=None,
    )
    saved = []
    monkeypatch.setattr(sweep_project, "MOST", 2)
    monkeypatch.setattr(sweep_project, "save_project", lambda project, _: saved.append(project))
    table = SimpleNamespace(name="a", sha256="", reading=SimpleNamespace(options=None))
    sweep_project.keep_front(result, table, tmp_path / "x.fairmoe")
    (project,) = saved
    assert [kept.run.place for kept in project.runs] == [1, 2]
    assert [kept.name for kept in project.runs] == ["all alike, seed 1", "all alike, seed 2"]
    assert project.shown == 0
    assert project.sweep is result
    monkeypatch.setattr(sweep_project, "MAX_SWEEP_RUNS", 3)
    sweep_project.keep_front(result, table, tmp_path / "x.fairmoe")
    assert saved[-1].sweep is None
    assert "a project tells of at most 3 runs" in capsys.readouterr().err
    result.front = lambda: np.zeros(4, bool)
    with pytest.raises(InvalidInputError, match="A run that is Pareto-optimal is needed"):
        sweep_project.keep_front(result, table, tmp_path / "x.fairmoe")

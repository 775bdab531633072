"""A run in ONNX says what it says in Python."""

import copy
import dataclasses
import json

import numpy as np
import pandas as pd
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from fairmoe.analysis import predict_rows, reading_of
from fairmoe.config import Settings
from fairmoe.data import DEMO_ROLES, Roles, Sensitive, Target, read_table, table_from_frame
from fairmoe.errors import InvalidInputError, UnavailableError
from fairmoe.experiment import run_experiment
from fairmoe.exports import input_names, onnx_inputs, to_onnx
from fairmoe.names import EXPERTS
from fairmoe.runs import Cutoffs
from tests.analysis.test_predict import STRANGE, csv_of
from tests.cli.shell import shell

pytestmark = pytest.mark.slow

pytest.importorskip("onnx")
onnxruntime = pytest.importorskip("onnxruntime")

DAYS = (
    *("1600-02-29", "1899-12-31", "1900-02-28", "1900-03-01", "1969-12-31", "1970-01-01"),
    *(
        "2000-02-28",
        "2000-02-29",
        "2000-03-01",
        "2023-12-31",
        "2024-01-01",
        "2024-02-29",
        "2100-02-28",
        None,
    ),
)


def session(run):
    return onnxruntime.InferenceSession(to_onnx(run), providers=["CPUExecutionProvider"])


def answers(run, table, runs_it=None):
    """Return what a model in ONNX says of a table's rows, by output."""
    runs_it = session(run) if runs_it is None else runs_it
    names = [each.name for each in runs_it.get_outputs()]
    return dict(zip(names, runs_it.run(None, onnx_inputs(run, table)), strict=True))


def check_same(found, run, table):
    expected = predict_rows(run, table).rows
    known = expected["decision"].notna().to_numpy()
    assert found["decision"].tolist() == expected["decision"].fillna(-1).tolist()
    np.testing.assert_allclose(found["probability"], expected["probability"], rtol=0, atol=1e-12)
    gate = expected[[f"gate_{name}" for name in EXPERTS]].to_numpy()
    np.testing.assert_allclose(found["gate_weights"], gate, rtol=0, atol=1e-12)
    assert np.isfinite(found["expert_probabilities"]).all(1).tolist() == known.tolist()
    mixed = (found["gate_weights"] * found["expert_probabilities"]).sum(1)
    if run.cutoffs is None:
        np.testing.assert_allclose(mixed, found["probability"], rtol=0, atol=1e-12)


@pytest.fixture(scope="module")
def odd_run():
    """A run on numbers with gaps, dates of all kinds, rare and missing levels, odd names."""
    rng = np.random.default_rng(0)
    n = 400
    frame = pd.DataFrame(
        {
            "probability": rng.normal(size=n).round(3),
            "gaps": np.where(rng.random(n) < 0.2, np.nan, rng.normal(size=n).round(3)),
            "same": 7,
            "day": rng.choice(np.array(DAYS, object), n),
            "level": rng.choice(["a", "b", "c", None], n, p=[0.5, 0.3, 0.1, 0.1]),
            "whole": rng.choice(["p", "ü"], n),
            "rarely": [f"r{i % 3}" if i < 3 else "often" for i in range(n)],
            "g": rng.choice(["f", "m"], n),
            "y": rng.integers(0, 2, n),
        }
    )
    table = read_table(csv_of(frame))
    assert table.kinds["day"] == "date"
    roles = Roles(Target("y", positive=("1",)), (Sensitive("g"),))
    return run_experiment(table, roles, Settings(epochs=4, scale="minmax", rare_level=0.02)), table


@pytest.fixture(scope="module")
def odd_session(odd_run):
    return session(odd_run[0])


def test_the_demo_is_answered_to_the_last_digits(demo_run):
    run, labelled = demo_run
    check_same(answers(run, labelled.table), run, labelled.table)


def test_thresholds_of_experts_are_subtracted_in_double_precision(demo_run):
    run, labelled = demo_run
    mixture = copy.deepcopy(run.mixture)
    mixture.experts.threshold.data = torch.tensor([0.1, -0.7, 1 / 3])
    other = dataclasses.replace(run, mixture=mixture)
    check_same(answers(other, labelled.table), other, labelled.table)


def test_all_kinds_of_columns_are_encoded_alike(odd_run, odd_session):
    run, table = odd_run
    kinds = {type(code).__name__ for code in run.encoder.codes}
    assert kinds == {"NumberCode", "CategoryCode", "DateCode"}
    assert any(getattr(code, "rare", ()) for code in run.encoder.codes)
    assert any(getattr(code, "indicator", False) for code in run.encoder.codes)
    check_same(answers(run, table, odd_session), run, table)


@given(st.data())
@settings(max_examples=25)
def test_whatever_a_file_holds_is_answered_alike(odd_run, odd_session, data):
    run, table = odd_run
    rows = table.frame.sample(6, random_state=data.draw(st.integers(0, 99))).astype(object)
    rows = rows.reset_index(drop=True)[list(run.encoder.columns)]
    for _ in range(data.draw(st.integers(0, 8))):
        place = data.draw(st.integers(0, 5)), data.draw(st.sampled_from(list(rows.columns)))
        rows.loc[place] = data.draw(st.one_of(STRANGE, st.sampled_from(DAYS)))
    given_rows = read_table(csv_of(rows), like=reading_of(run))
    check_same(answers(run, given_rows, odd_session), run, given_rows)


def test_of_whom_nothing_is_known_nothing_is_said(odd_run, odd_session):
    run, table = odd_run
    rows = table.frame.head(3).astype(object)
    rows.loc[rows.index[1]] = None
    found = answers(run, table_from_frame(rows), odd_session)
    assert (found["decision"] == -1).tolist() == [False, True, False]
    for name in ("probability", "gate_weights", "expert_probabilities"):
        assert np.isnan(found[name][1]).all()
        assert np.isfinite(found[name][[0, 2]]).all()


@pytest.mark.parametrize("threshold", [0.31, 1e-9, "just below somebody's"])
def test_a_threshold_for_all_is_part_of_the_model(demo_run, threshold):
    run, labelled = demo_run
    plain = predict_rows(run, labelled.table).rows["probability"]
    if isinstance(threshold, str):
        threshold = plain.iloc[0] - 1e-9
    groups = len(run.data.groups)
    cut = dataclasses.replace(run, cutoffs=Cutoffs("mixture", (threshold,) * groups))
    found = answers(cut, labelled.table)
    check_same(found, cut, labelled.table)
    assert found["decision"].tolist() == (plain > threshold).astype(int).tolist()


def test_thresholds_by_group_are_refused(demo_run):
    cut = dataclasses.replace(demo_run[0], cutoffs=Cutoffs("mixture", (0.4, 0.5)))
    with pytest.raises(InvalidInputError) as caught:
        to_onnx(cut)
    assert str(caught.value) == (
        "A run with one threshold for all is needed; however, this one treats people by their "
        "group, which the models do not see. Export the run that it was made of."
    )


def test_inputs_have_the_names_of_columns_and_never_those_of_outputs(odd_run, odd_session):
    run, _ = odd_run
    names = tuple(each.name for each in odd_session.get_inputs())
    assert names == input_names(run)
    assert names[:2] == ("probability_", "gaps")
    told = odd_session.get_modelmeta().custom_metadata_map
    assert told["run_id"] == run.run_id
    assert told["positive"] == run.data.positive
    columns = [each["column"] for each in json.loads(told["inputs"])]
    assert columns == list(run.encoder.columns)
    assert json.loads(told["inputs"])[3] == {"name": "day", "column": "day", "kind": "date"}


def test_names_are_told_apart(demo_run):
    run, _ = demo_run
    code = next(code for code in run.encoder.codes if hasattr(code, "spread"))
    names = ("decision", "decision_", "", "_")
    codes = tuple(dataclasses.replace(code, column=name) for name in names)
    odd = dataclasses.replace(run, encoder=dataclasses.replace(run.encoder, codes=codes))
    assert input_names(odd) == ("decision__", "decision_", "__", "_")


def test_the_same_run_gives_the_same_file(demo_run):
    assert to_onnx(demo_run[0]) == to_onnx(demo_run[0])


def test_without_the_package_that_is_said(demo_run, monkeypatch):
    monkeypatch.setattr("fairmoe.exports.onnx.find_spec", lambda _: None)
    with pytest.raises(UnavailableError, match=r"needs the package onnx.*'fairmoe\[onnx\]'"):
        to_onnx(demo_run[0])


def test_the_shell_writes_a_file(demo_run, tmp_path):
    from fairmoe.runs import save_run

    run, labelled = demo_run
    save_run(run, tmp_path / "run")
    out = tmp_path / "model.onnx"
    code, _, told = shell("export", tmp_path / "run", "--out", out)
    assert (code, told.split(". ")[-1]) == (0, "Decision 1 is hired = yes\n")
    written = onnxruntime.InferenceSession(out, providers=["CPUExecutionProvider"])
    check_same(answers(run, labelled.table, written), run, labelled.table)
    assert shell("export", tmp_path / "run", "--out", out)[0] == 2
    code, _, told = shell("export", tmp_path / "run", "--out", tmp_path / "model.pt")
    assert "A file name that ends in .onnx is needed; however, 'model.pt'" in told
    assert set(DEMO_ROLES.features(tuple(labelled.table.frame.columns))) == set(input_names(run))

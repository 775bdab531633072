"""A kept run from a stranger: each kind of tampering is told of in one sentence."""

import dataclasses
import json
import shutil
import subprocess
import sys

import numpy as np
import pytest

from fairmoe.errors import InvalidInputError
from fairmoe.names import SPLITS
from fairmoe.runs import load_run, save_run
from tests.runs.tampering import kinds_of

HUNGRY = (
    "model.safetensors of 8 GiB",
    "run.json of 8 GiB",
    "header with a shape of 1e9",
    "header longer than all files",
    "mixture.hidden 1000000000",
    "mixture.background_rows 1000000000",
    "settings.hidden 1000000000",
    "record deep",
)
"""Kinds that ask for more memory than there is."""


@pytest.fixture(scope="module")
def intact(run, tmp_path_factory):
    """A kept run with a front of one other point."""
    folder = tmp_path_factory.mktemp("intact") / "run"
    mixture = run.mixture.uniform()
    splits = {
        name: dataclasses.replace(
            split,
            proba=split.proba | {"mixture": split.proba["uniform"]},
            gate=np.full_like(split.gate, 1 / 3),
        )
        for name, split in run.splits.items()
    }
    scores = {name: run.scores[name] | {"mixture": run.scores[name]["uniform"]} for name in SPLITS}
    point = dataclasses.replace(
        run,
        run_id="cd34",
        settings=run.settings.replace(fairness_weight=8.0),
        mixture=mixture,
        splits=splits,
        scores=scores,
    )
    save_run(run.with_front([point]), folder)
    assert [point.run_id for point in load_run(folder).points] == ["ab12", "cd34"]
    return folder


@pytest.mark.slow
def test_each_kind_is_refused_in_one_sentence(intact, tmp_path):
    """One test for all, for they are many and each takes a few milliseconds."""
    wrong, names = [], []
    for name, damage in kinds_of(intact):
        folder = tmp_path / "run"
        shutil.copytree(intact, folder)
        damage(folder)
        try:
            load_run(folder)
        except InvalidInputError as error:
            told = str(error)
            if "\n" in told or not told.endswith(".") or len(told) > 400:
                wrong.append(f"{name}: {told!r}")
        except BaseException as error:
            wrong.append(f"{name}: {error!r}"[:300])
        else:
            wrong.append(f"{name}: opened")
        names.append(name)
        shutil.rmtree(folder)
    assert not wrong, "\n".join(wrong)
    assert len(set(names)) >= 300
    assert set(HUNGRY) <= set(names)


@pytest.mark.slow
def test_a_run_that_asks_for_memory_gets_none(intact, tmp_path):
    """Below 1 GiB in all, torch and pandas among it, whatever the files declare."""
    damages = dict(kinds_of(intact))
    folders = []
    for name in HUNGRY:
        folders.append(tmp_path / f"run {len(folders)}")
        shutil.copytree(intact, folders[-1])
        damages[name](folders[-1])
    program = (
        "import json, pathlib, re, sys\n"
        "from fairmoe.cli import main\n"
        "codes = []\n"
        "for folder in sys.argv[1:]:\n"
        "    try: main(['predict', folder, 'none.csv'])\n"
        "    except SystemExit as end: codes.append(end.code)\n"
        # `ru_maxrss` would count what the process that started this one had.
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(json.dumps([codes, int(re.search(r'VmHWM:\\s+(\\d+)', status)[1])]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, *map(str, folders)],
        capture_output=True,
        text=True,
        check=True,
    )
    codes, kibibytes = json.loads(done.stdout)
    assert codes == [2] * len(HUNGRY)
    assert kibibytes < 2**20
    assert "Traceback" not in done.stderr

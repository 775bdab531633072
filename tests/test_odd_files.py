"""A few hundred odd files through the reader and a training: a verdict for each."""

import json
import os
import pickle
import subprocess
import sys
import time
import traceback

import pandas as pd
import pytest

from fairmoe.config import Settings
from fairmoe.data import Roles, Sensitive, Target, read_table
from fairmoe.errors import InvalidInputError
from fairmoe.experiment import run_experiment
from tests.odd_files import bombs, odd_files
from tests.odd_table import MARK

MAX_SECONDS = 10
"""Of processor time until a file is read or refused."""

MAX_TRAINING_SECONDS = 60
"""Until it is trained on: most of it is what a wide table takes, and how busy a processor is."""

ROLES = Roles(Target("hired"), (Sensitive("sex"),))
QUICK = Settings(epochs=4)


@pytest.fixture(scope="module")
def files():
    """All files by name."""
    files = odd_files()
    assert len(files) >= 250
    return files


def refusals(work, files, *, most=MAX_SECONDS) -> dict[str, str]:
    """Return what is said of the files that are refused, and check that it tells no cell."""
    refused = {}
    for name, content in files.items():
        started = time.process_time()
        try:
            work(content)
        except InvalidInputError as error:
            refused[name] = str(error)
            told = "".join(traceback.format_exception(error))
            assert MARK not in told, name
        assert time.process_time() - started < most, name
    return refused


@pytest.mark.slow
def test_each_is_read_or_refused_in_one_sentence_without_cells_in_2_gib(files, pytestconfig):
    # Arrow's own allocator asks for a gigabyte of addresses, whatever the file.
    environment = os.environ | {"ARROW_DEFAULT_MEMORY_POOL": "system"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.read_odd_files"],
        env=environment,
        cwd=pytestconfig.rootpath,
        input=pickle.dumps(files | bombs()),
        capture_output=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    verdicts = json.loads(done.stdout)
    assert len(verdicts) >= 250
    refused = {name: each["sentence"] for name, each in verdicts.items() if each["sentence"]}
    assert len(refused) < 2 * len(verdicts) / 3
    for name, each in verdicts.items():
        assert each["broken"] is None, name
        assert not each["cell"], name
        # Bombs are inflated up to the budget before they are refused.
        assert each["seconds"] < MAX_SECONDS, name
    for name, sentence in refused.items():
        assert "; however, " in sentence, name
        assert len(sentence) < 300, name
    for name in bombs():
        assert name in refused


@pytest.mark.slow
def test_each_is_trained_on_or_refused_in_one_sentence_without_cells(files):
    trained = {}

    def train(content):
        table = read_table(content)
        cells = pd.util.hash_pandas_object(table.frame, index=False).to_numpy()
        # Many come out as the same table, which is trained on once.
        key = (*table.kinds.items(), cells.tobytes())
        trained[key] = trained.get(key) or run_experiment(table, ROLES, QUICK)

    refused = refusals(train, files, most=MAX_TRAINING_SECONDS)
    assert len(refused) < 2 * len(files) / 3
    assert len(trained) > 60

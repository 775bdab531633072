"""The examples run as they are, in a folder of their own."""

import json
import re
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


@pytest.fixture
def run_example(pytestconfig, tmp_path):
    """Return a function from an example's file to what it prints."""

    def run(name):
        done = subprocess.run(
            [sys.executable, "-W", "error", pytestconfig.rootpath / "examples" / name],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    return run


def test_the_table_of_ones_own_is_scored_and_reported(run_example, tmp_path):
    printed = run_example("own_table.py")

    assert re.search(r"^age ≤ 49.5: \d+% of \d+ approved$", printed, re.MULTILINE)
    assert re.search(r"0\.\d+ ± 0\.\d+ over five seeds", printed)
    assert (tmp_path / "loans-run" / "run.json").is_file()
    assert (tmp_path / "loans.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")


def test_the_notebook_runs_from_top_to_bottom(pytestconfig, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = pytestconfig.rootpath / "examples" / "own_table.ipynb"
    notebook = json.loads(path.read_text(encoding="utf-8"))
    names = {}

    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == []
            exec(compile("".join(cell["source"]), cell["id"], "exec"), names)

    assert len(names["sweep"]) == 9
    assert set(names["run"].data.groups) == {"age ≤ 49.5", "age > 49.5"}


def test_the_loss_closes_the_gap_in_the_loop_that_the_docs_show(pytestconfig, capsys):
    page = (pytestconfig.rootpath / "docs" / "losses.md").read_text(encoding="utf-8")
    (code,) = re.findall(r"^```python\n(.*?)^```", page, re.DOTALL | re.MULTILINE)
    example = (pytestconfig.rootpath / "examples" / "own_loop.py").read_text(encoding="utf-8")
    assert example.endswith(code)

    for source in (code, code.replace("+ 3 * gap", "+ 0 * gap")):
        exec(compile("import torch; torch.manual_seed(0)\n" + source, "losses.md", "exec"), {})
    gaps = re.findall(r"gap (\S+),", capsys.readouterr().out)

    assert float(gaps[0]) < 0.05
    assert float(gaps[1]) > 0.2

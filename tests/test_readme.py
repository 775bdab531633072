import re
import shlex
import sys
import tomllib

import pytest

from fairmoe.analysis import result_of, rows_of_run
from fairmoe.analysis.gap_sources import compare_sides, explain_log_odds
from fairmoe.analysis.open_points import what_is_open
from fairmoe.cli import commands, main
from fairmoe.config import Settings
from fairmoe.data import assign_roles, demo_csv, demo_table
from fairmoe.names import EVERY_RUN
from fairmoe.runs import demo_run, load_run
from fairmoe.sentences.gap_sources import gap_source
from fairmoe.sentences.open_points import readiness
from fairmoe.sentences.result import changed_harm, cost_in_people

QUICK = "epochs=8"
GROUPS = ("women", "men")


@pytest.fixture(scope="module")
def readme(pytestconfig):
    return (pytestconfig.rootpath / "README.md").read_text(encoding="utf-8")


@pytest.fixture
def metadata(pytestconfig):
    return tomllib.loads((pytestconfig.rootpath / "pyproject.toml").read_text(encoding="utf-8"))


def _blocks(text, language):
    return re.findall(rf"^```{language}\n(.*?)^```", text, re.DOTALL | re.MULTILINE)


def _commands(text):
    """Return the words of each command in the shell blocks, without redirections."""
    lines = "".join(_blocks(text, "shell")).splitlines()
    parts = [part for line in lines for part in line.split(" && ")]
    return [shlex.split(part.split(" > ")[0]) for part in parts]


def test_the_four_answers_on_the_demo_are_what_the_app_says(readme):
    run = demo_run()
    account = result_of(run).account
    assert changed_harm(account.groups, "hired", "not hired") in readme
    assert cost_in_people(account.groups, account.everyone, "hired", "not hired") in readme
    points = what_is_open(run)
    assert f"| {readiness(points)} {' '.join(points)} |" in readme

    rows = rows_of_run(run, assign_roles(demo_table(), run.roles), "test")
    group = rows.record.group
    hired = rows.record.proba["mixture"] > 0.5
    women, men = (f"{hired[group == each].mean():.1%} of {who}" for each, who in enumerate(GROUPS))
    assert f"The\nshipped mixture hires {women} and {men};" in readme
    found = compare_sides(explain_log_odds(rows), group == 0, group == 1)
    told = gap_source(found.parts, found.totals, "women", "men")
    assert told.partition(" With the mixture")[0] in readme


def test_every_command_is_one_that_is_checked_here(readme):
    starts = {" ".join(words[:2]) for words in _commands(readme)}

    assert starts == {
        *("python -m", "fairmoe app", "make check"),
        *(f"fairmoe {command}" for command in ("demo", "train", "sweep", "report", "predict")),
    }


def test_pip_installs_extras_that_exist(readme, metadata):
    installs = [
        words[4:] for words in _commands(readme) if words[:4] == ["python", "-m", "pip", "install"]
    ]

    assert ["."] in installs
    (extras,) = (re.fullmatch(r"\.\[(.*)\]", words[1]) for words in installs if "[" in words[-1])
    assert set(extras[1].split(",")) <= set(metadata["project"]["optional-dependencies"])


def test_the_script_of_the_app_exists(readme, pytestconfig):
    (script,) = re.findall(r"`streamlit run (\S+)`", readme)

    assert (pytestconfig.rootpath / script).is_file()


def test_make_has_the_targets(readme, pytestconfig):
    makefile = (pytestconfig.rootpath / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"\bmake (\w+)[`\n]", readme))

    assert named == {"check", "docs"}
    assert named <= set(re.findall(r"^(\w+):", makefile, re.MULTILINE))


def test_the_console_script_is_the_one_tested(metadata):
    module, name = metadata["project"]["scripts"]["fairmoe"].split(":")

    assert getattr(sys.modules[module], name) is main


@pytest.mark.slow
@pytest.mark.parametrize(("page", "run"), [("README.md", "run-1"), ("docs/guide.md", "run-a")])
def test_shell_examples_run_in_their_order(page, run, pytestconfig, tmp_path, monkeypatch):
    text = (pytestconfig.rootpath / page).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)

    for program, *words in _commands(text):
        if program == "fairmoe" and words[0] != "app":
            quick = ["--set", QUICK] if words[0] in ("train", "sweep") else []
            with pytest.raises(SystemExit) as exit_:
                main([*words, *quick])
            assert exit_.value.code == 0, words

    assert load_run(tmp_path / run).settings.lambda_fair == 10


@pytest.mark.slow
@pytest.mark.parametrize(("page", "count"), [("README.md", 3), ("docs/guide.md", 3)])
def test_python_examples_run(page, count, pytestconfig, tmp_path, monkeypatch, capsys):
    text = (pytestconfig.rootpath / page).read_text(encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    examples = _blocks(text, "python")
    if any("onnxruntime" in example for example in examples):
        pytest.importorskip("onnxruntime")
    for name in ("hiring.csv", "applicants.csv"):
        (tmp_path / name).write_bytes(demo_csv())

    for example in examples:
        faster = QUICK if "Settings(" in example else f"settings=Settings({QUICK})"
        quick, changed = re.subn(r"lambda_fair=10", f"lambda_fair=10, {faster}", example)
        assert changed == example.count("FairMoEClassifier(") + example.count("Settings(")
        exec(compile(quick, page, "exec"), {"Settings": Settings})

    assert len(examples) == count
    assert capsys.readouterr().out


def test_exit_codes_are_as_told(readme):
    assert f"{commands.INVALID_INPUT} for input that you can mend" in readme
    assert f"{commands.UNAVAILABLE} when something outside" in readme


def test_models_told_are_those_computed(readme):
    named = re.findall(r"^\| (\w+) \| `CE", readme, re.MULTILINE)

    assert named == [name for name in EVERY_RUN if name in named]
    assert len(named) == 3

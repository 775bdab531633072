"""The dial in the shell: a front beside the run, and a point of it by wish."""

import json
import re
from dataclasses import replace

import pytest

from fairmoe.cli.dialing import Wish, print_front
from fairmoe.config import Settings
from fairmoe.data import demo_csv
from fairmoe.runs import load_run
from fairmoe.sentences.front import chosen_point
from tests.cli.shell import shell

TRAINED = (
    *("--target", "hired", "--sensitive", "sex", "--outcome", "good", "--device", "cpu"),
    *("--set", "epochs=24", "--set", "gate_epochs=8", "--set", "lambda_fair=10"),
)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("data") / "applicants.csv"
    path.write_bytes(b"\n".join(demo_csv().split(b"\n")[:501]) + b"\n")
    return path


@pytest.mark.slow
def test_a_front_is_printed_and_kept_and_is_in_the_report(file, tmp_path):
    code, out, err = shell("train", file, *TRAINED, "--front", "--out", tmp_path / "run")
    assert code == 0, err
    weights = re.findall(r"^[ │]*(0|0\.125|0\.25|0\.5|1|2|4|6|8) ", out, re.MULTILINE)
    assert [float(weight) for weight in weights][:9] == [0, 0.125, 0.25, 0.5, 1, 2, 4, 6, 8]
    assert "chosen" not in out
    assert "The best point on the validation rows" not in out
    run = load_run(tmp_path / "run")
    assert run.settings.fairness_weight == 1
    assert [point.settings.fairness_weight for point in run.points] == [*map(float, weights[:9])]
    code, _, err = shell("report", tmp_path / "run", "--out", tmp_path / "report.json")
    assert code == 0, err
    document = json.loads((tmp_path / "report.json").read_text())["run"]
    told = document["front"]
    assert [point["fairness_weight"] for point in told] == [*map(float, weights[:9])]
    assert told[4]["test"]["dp"] == document["test"]["mixture"]["dp"]


@pytest.mark.slow
def test_a_wish_takes_a_point_which_is_kept_and_says_what_holds_on_test_rows(file, tmp_path):
    options = ("--max-loss", "0.5", "--gap", "dp", "--json", "--out", tmp_path / "run")
    code, out, err = shell("train", file, *TRAINED, *options)
    assert code == 0, err
    front = json.loads(out)["front"]
    smallest = min(
        (point for point in front if not point["alarm"]),
        key=lambda point: point["validation"]["dp"],
    )
    kept = load_run(tmp_path / "run")
    assert len(kept.points) == len(front) == 9
    assert kept.scores["validation"]["mixture"]["dp"] == pytest.approx(smallest["validation"]["dp"])
    code, out, _ = shell("train", file, *TRAINED, *options[:4])
    weight = kept.settings.fairness_weight
    point = kept.scores["test"]
    gaps, accuracy = ((point["utility"][name], point["mixture"][name]) for name in ("dp", "acc"))
    told = chosen_point(weight, "DP gap", gap=gaps, accuracy=accuracy)
    assert told in " ".join(out.split())


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (("--max-gap", "5"), "Option --max-gap needs a share from 0 to 1; however, 5 was given"),
        (("--max-gap", "0.1", "--max-loss", "0.1"), "however, both were given"),
        (
            ("--max-gap", "0", "--gap", "f_proc"),
            "limit on the validation rows: the smallest gap there is",
        ),
        (
            ("--max-gap", "0.1", "--gap", "eo"),
            "No point can be chosen by this gap. No EO gap can be told on the validation rows",
        ),
    ],
)
def test_a_wish_that_cannot_be_is_refused_in_a_sentence(file, options, told):
    code, _, err = shell("train", file, *TRAINED, *options)
    assert code == 2
    assert told in err.replace("\n", " ")


def test_mixtures_with_a_harder_result_expert_are_marked(demo_run, capsys):
    run, _ = demo_run
    front = [
        replace(run, settings=settings)
        for settings in (Settings(), Settings(fairness_weight=8, lambda_fair=10))
    ]
    print_front(front, front[0], Wish("dp", None, None))
    out = capsys.readouterr().out
    assert "Mixtures of the run's experts, by how much the gaps count; test rows" in out
    marked = [line for line in out.splitlines() if "harder" in line]
    assert [line.split()[0] for line in marked] == ["8"]

"""The one table of each thing that has a name: whole, and the same as what is computed."""

import ast
import math
import re
import subprocess
import sys
from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from fairmoe import names
from fairmoe.metrics import confusion_by_group, group_rates, score_outcomes
from fairmoe.names import (
    METRICS,
    MODELS,
    PHASES,
    TRAINING,
    AttributionMethod,
    FairlearnMethod,
    Model,
    Phase,
    SplitName,
)


@pytest.mark.parametrize(
    ("keys", "table"),
    [
        (Model, MODELS),
        (SplitName, names.SPLITS),
        (AttributionMethod, names.ATTRIBUTION_METHODS),
        (FairlearnMethod, names.FAIRLEARN_METHODS),
        (Phase, PHASES),
    ],
)
def test_every_key_has_a_name_of_its_own(keys, table):
    assert set(table) == set(get_args(keys))
    labels = [getattr(about, "label", about) for about in table.values()]
    assert len(set(labels)) == len(labels)


def test_experts_and_baselines_are_models():
    assert [*names.EVERY_RUN, "existing"] == list(MODELS)
    assert ("mixture", *names.EXPERTS) == names.MIXTURE_AND_EXPERTS
    assert names.EXPERTS == ("utility", "result", "procedural")


def test_what_is_computed_is_what_has_a_name():
    y, group = np.array([0, 1, 0, 1]), np.array([0, 0, 1, 1])
    of = {"group": group, "group_names": ["a", "b"]}

    assert set(score_outcomes(y, y * 0.9, y, group=group, n_groups=2)) == set(METRICS)
    rates = group_rates(y, y, y * 0.9, **of).columns
    assert {re.sub("_low$", "", name) for name in rates if name.endswith("_low")} == set(
        names.RATES
    )
    assert set(names.CELLS) < set(confusion_by_group(y, y, **of).columns)


def test_gaps_are_better_when_lower_and_have_points_for_a_unit():
    lower = {name for name, metric in METRICS.items() if not metric.higher_is_better}

    assert lower == {"dp", "eo", "f_res", "ref", "vef", "att_jsd", "f_proc"}
    assert {METRICS[name].unit for name in lower - {"att_jsd"}} == {"pp"}
    assert METRICS["att_jsd"].unit == METRICS["final_score"].unit == ""
    assert {METRICS[name].unit for name in set(METRICS) - lower - {"final_score"}} == {"%"}
    assert METRICS["dp"].direction == "lower is better"
    assert METRICS["acc"].direction == "higher is better"
    assert {*names.SUMMARY, *names.GAP_AXES} <= {*METRICS, names.BOTH_GAPS}


@pytest.mark.parametrize(
    ("value", "metric", "text"),
    [
        (0.71449, "acc", "71.4%"),
        (0.0, "dp", "0.0 pp"),
        (-0.05, "final_score", "−5.0"),
        (math.nan, "eo", "insufficient data"),
    ],
)
def test_scores_read_as_percent_or_percentage_points(value, metric, text):
    assert METRICS[metric].text(value) == text


def test_the_phases_of_a_training_take_all_its_time_in_their_order():
    assert TRAINING == ("encode", "warm-up", "experts", "gate", "evaluate")
    assert math.fsum(PHASES[phase].share for phase in TRAINING) == pytest.approx(1)


def test_names_need_no_torch_and_nothing_else_of_the_package():
    code = (
        "import fairmoe.names, sys\n"
        "print(*(m for m in sys.modules if 'torch' in m or m.startswith('fairmoe.')))"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(found.stdout.split()) == {"fairmoe._units", "fairmoe.names"}


def test_what_a_mixture_stands_beside_is_spelt_in_one_place():
    package = Path(names.__file__).parent
    spelt = set()
    for module in package.rglob("*.py"):
        nodes = list(ast.walk(ast.parse(module.read_text(encoding="utf-8"))))
        docstrings = {id(node.value) for node in nodes if isinstance(node, ast.Expr)}
        texts = (n for n in nodes if isinstance(n, ast.Constant) and id(n) not in docstrings)
        if any(re.search("the plain model|Plain model", str(text.value)) for text in texts):
            spelt.add(module.relative_to(package).as_posix())
    assert spelt == {"names.py"}
    assert f"the {names.PLAIN_LABEL.lower()}" == names.PLAIN_MODEL

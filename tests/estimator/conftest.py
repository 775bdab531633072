"""Tables to fit, and a model of one."""

import numpy as np
import pytest

from fairmoe.config import Settings
from fairmoe.data.demo import make_demo
from fairmoe.estimator import FairMoEClassifier


@pytest.fixture(scope="module")
def applicants():
    """Features of mixed kinds with missing values, labels and sexes."""
    table = make_demo(300)
    return table.drop(columns=["applicant_id", "sex", "hired"]), table["hired"], table["sex"]


@pytest.fixture(scope="module")
def numbers():
    """Two features, of which the first decides; labels; and a group of three sizes."""
    random = np.random.default_rng(0)
    rows = random.normal(size=(120, 2))
    return rows, (rows[:, 0] > 0).astype(int), np.repeat(["a", "b", "c"], [60, 40, 20])


@pytest.fixture(scope="module")
def fitted(applicants):
    features, hired, sex = applicants
    return FairMoEClassifier(settings=Settings(epochs=20)).fit(
        features, hired, sensitive_features=sex
    )

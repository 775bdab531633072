"""Public data: what OpenML would return, in small, and what is said when it returns nothing."""

import io
import json
from urllib.error import HTTPError, URLError

import numpy as np
import pandas as pd
import pytest
from sklearn.utils import Bunch

from fairmoe.data import PUBLIC, assign_roles, encode, fetch_public
from fairmoe.errors import InvalidInputError, UnavailableError

N = 200
RNG = np.random.default_rng(0)


def levels(*names):
    return pd.Categorical(RNG.choice(names, N))


def adult():
    return pd.DataFrame(
        {
            "age": RNG.integers(17, 90, N),
            "workclass": levels("Private", "State-gov", np.nan),
            "fnlwgt": RNG.integers(12_285, 1_490_400, N),
            "education": levels("Bachelors", "HS-grad"),
            "education-num": RNG.integers(1, 17, N),
            "marital-status": levels("Never-married", "Divorced"),
            "occupation": levels("Sales", "Tech-support", np.nan),
            "relationship": levels("Husband", "Own-child"),
            "race": levels("White", "Black"),
            "sex": levels("Female", "Male"),
            "capital-gain": RNG.integers(0, 9999, N),
            "capital-loss": RNG.integers(0, 999, N),
            "hours-per-week": RNG.integers(1, 99, N),
            "native-country": levels("United-States", "Mexico"),
            "class": levels("<=50K", ">50K"),
        }
    )


def german_credit():
    return pd.DataFrame(
        {
            "checking_status": levels("<0", "no checking"),
            "duration": RNG.integers(4, 73, N),
            "credit_amount": RNG.integers(250, 18_424, N).astype(float),
            "personal_status": levels(
                "male single", "female div/dep/mar", "male div/sep", "male mar/wid"
            ),
            "age": RNG.integers(19, 76, N),
            "foreign_worker": levels("yes", "no"),
            "class": levels("good", "bad"),
        }
    )


def compas():
    black = RNG.integers(0, 2, N)
    felony = RNG.integers(0, 2, N)
    return pd.DataFrame(
        {
            "sex": levels("0", "1"),
            "age": RNG.integers(18, 97, N),
            "juv_fel_count": RNG.integers(0, 21, N),
            "priors_count": RNG.integers(0, 39, N),
            "race_African-American": pd.Categorical(black.astype(str)),
            "race_Caucasian": pd.Categorical((1 - black).astype(str)),
            "c_charge_degree_F": pd.Categorical(felony.astype(str)),
            "c_charge_degree_M": pd.Categorical((1 - felony).astype(str)),
            "twoyearrecid": levels("0", "1"),
        }
    )


@pytest.mark.parametrize(
    ("name", "sample", "openml_id", "positive", "groups"),
    [
        ("adult", adult, 1590, "class = >50K", ("Female", "Male")),
        ("german-credit", german_credit, 31, "class = good", ("female", "male")),
        ("compas", compas, 42193, "twoyearrecid = 1", ("Caucasian", "African-American")),
    ],
)
def test_what_comes_back_fits_its_roles(monkeypatch, name, sample, openml_id, positive, groups):
    frame = sample()

    def fake(*, data_id, as_frame, **_):
        assert as_frame
        return {openml_id: Bunch(frame=frame)}[data_id]

    monkeypatch.setattr("fairmoe.data.public.fetch_openml", fake)
    table = fetch_public(name)
    assert table.name == name
    assert list(table.frame.columns) == list(frame.columns)
    labelled = assign_roles(table, PUBLIC[name].roles)
    assert labelled.positive == positive
    assert labelled.group_names == groups
    assert set(PUBLIC[name].roles.dropped).isdisjoint(labelled.features.columns)
    assert np.isfinite(encode(labelled).train.x).all()


def test_unknown_name_offers_those_there_are():
    with pytest.raises(InvalidInputError) as caught:
        fetch_public("titanic")
    assert caught.value.choices == ("adult", "german-credit", "compas")


@pytest.mark.parametrize(
    "failure",
    [
        URLError("no route"),
        TimeoutError("too slow"),
        HTTPError("https://www.openml.org", 503, "busy", None, io.BytesIO()),
        json.JSONDecodeError("a login page", "<html>", 0),
    ],
)
def test_without_a_network_the_user_is_told_what_to_do(monkeypatch, failure):
    def fail(**_):
        raise failure

    monkeypatch.setattr("fairmoe.data.public.fetch_openml", fail)
    with pytest.raises(UnavailableError) as caught:
        fetch_public("adult")
    assert str(caught.value) == (
        "The data set 'adult' could not be fetched from openml.org. Check the network, or load a "
        "file of your own instead."
    )


@pytest.mark.filterwarnings("ignore:A network error occurred")
@pytest.mark.slow
def test_a_closed_network_beneath_scikit_learn_is_told_alike(monkeypatch, tmp_path):
    def closed(*_, **__):
        raise URLError("no route")

    monkeypatch.setenv("SCIKIT_LEARN_DATA", str(tmp_path))
    monkeypatch.setattr("sklearn.datasets._openml.urlopen", closed)
    with pytest.raises(UnavailableError, match=r"The data set .compas. could not be fetched"):
        fetch_public("compas")


def test_a_mistake_of_ours_is_not_blamed_on_the_network(monkeypatch):
    def broken(**_):
        raise TypeError("wrong call")

    monkeypatch.setattr("fairmoe.data.public.fetch_openml", broken)
    with pytest.raises(TypeError):
        fetch_public("adult")

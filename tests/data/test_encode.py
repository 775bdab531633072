"""Splitting and encoding: exact shares, training rows only, finite, and the same after JSON."""

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.compose import ColumnTransformer
from sklearn.impute import MissingIndicator, SimpleImputer
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import MinMaxScaler, OneHotEncoder, StandardScaler

from fairmoe.data import (
    Encoder,
    Roles,
    Sensitive,
    Target,
    assign_roles,
    encode,
    read_table,
)
from fairmoe.errors import InvalidInputError
from tests.data.hiring import encoded, table

FRAME = pd.DataFrame(
    {
        "age": [20.0, 30, 40, None, 50, 60],
        "town": ["Ulm", "Bonn", "Ulm", None, "Ulm", "Bonn"],
        "one": [7, 7, 7, 7, 7, 7],
    }
)
KINDS = {"age": "number", "town": "category", "one": "number"}


def test_worked_out_by_hand():
    # Median of 20, 30, 40, 50, 60 is 40, and so is the mean with it in place of the missing one;
    # the variance is (400 + 100 + 0 + 0 + 100 + 400) / 6 = 500 / 3.
    x = Encoder.fit(FRAME, KINDS).transform(FRAME)
    age = (np.array([20, 30, 40, 40, 50, 60]) - 40) / np.sqrt(500 / 3)
    np.testing.assert_allclose(x[:, 0], age, rtol=1e-6)
    np.testing.assert_array_equal(x[:, 1], [0, 0, 0, 1, 0, 0])
    np.testing.assert_array_equal(x[:, 2:5].argmax(axis=1), [2, 1, 2, 0, 2, 1])
    np.testing.assert_array_equal(x[:, 2:5].sum(axis=1), 1)
    np.testing.assert_array_equal(x[:, 5], 0)
    assert x.dtype == np.float32


def test_columns_know_where_they_come_from():
    encoder = Encoder.fit(FRAME, KINDS)
    assert encoder.columns == ("age", "town", "one")
    assert encoder.encoded_names == (
        "age",
        "age = (missing)",
        "town = (missing)",
        "town = Bonn",
        "town = Ulm",
        "one",
    )
    np.testing.assert_array_equal(encoder.column_of, [0, 0, 1, 1, 1, 2])


def test_minmax_spans_minus_one_to_one():
    encoder = Encoder.fit(FRAME, KINDS, scale="minmax")
    x = encoder.transform(FRAME)
    np.testing.assert_allclose(x[:, 0], [-1, -0.5, 0, 0, 0.5, 1], atol=1e-7)
    np.testing.assert_array_equal(x[:, -1], 0)


def test_rare_levels_share_a_column_with_unknown_ones():
    frame = pd.DataFrame({"town": ["Ulm"] * 90 + ["Bonn"] * 6 + ["Jena"] * 4})
    encoder = Encoder.fit(frame, {"town": "category"}, rare_level=0.05)
    assert encoder.encoded_names == ("town = Bonn", "town = Ulm", "town = (rare)")
    x = encoder.transform(pd.DataFrame({"town": ["Ulm", "Jena", "Rome", None]}))
    np.testing.assert_array_equal(x, [[0, 1, 0], [0, 0, 1], [0, 0, 1], [0, 0, 1]])


def test_unknown_level_is_zero_throughout_without_rare_ones():
    frame = pd.DataFrame({"town": ["Ulm", "Bonn"]})
    encoder = Encoder.fit(frame, {"town": "category"}, rare_level=0)
    x = encoder.transform(pd.DataFrame({"town": ["Rome", None, " Ulm "]}))
    np.testing.assert_array_equal(x, [[0, 0], [0, 0], [0, 1]])


def test_number_missing_only_later_is_the_median():
    frame = pd.DataFrame({"age": [1, 2, 9]})
    encoder = Encoder.fit(frame, {"age": "number"})
    x = encoder.transform(pd.DataFrame({"age": [None, 2.0]}))
    assert x.shape == (2, 1)
    assert x[0] == x[1]


@pytest.mark.parametrize("scale", ["standard", "minmax"])
def test_columns_that_say_nothing_in_training_stay_finite(scale):
    frame = pd.DataFrame(
        {"empty": [np.nan] * 3, "constant": [5.0] * 3, "huge": [1e30, -1e30, 0], "none": [None] * 3}
    )
    kinds = {"empty": "number", "constant": "number", "huge": "number", "none": "category"}
    encoder = Encoder.fit(frame, kinds, scale=scale)
    later = pd.DataFrame({"empty": [3.0], "constant": [6.0], "huge": [5.0], "none": ["new"]})
    assert np.isfinite(encoder.transform(frame)).all()
    assert np.isfinite(encoder.transform(later)).all()


@pytest.mark.parametrize("scale", ["standard", "minmax"])
@pytest.mark.parametrize("rare_level", [0, 0.02, 0.3])
def test_scikit_learn_would_write_the_same(scale, rare_level):
    rng = np.random.default_rng(1)
    n = 400
    frame = pd.DataFrame(
        {
            "a": rng.normal(5, 3, n),
            "b": rng.integers(0, 9, n).astype(float),
            "c": rng.choice(["x", "y", "z", "w"], n, p=[0.6, 0.38, 0.01, 0.01]),
        }
    )
    frame.loc[rng.random(n) < 0.1, "b"] = np.nan
    frame.loc[rng.random(n) < 0.05, "c"] = np.nan
    later = frame.sample(100, random_state=0)
    kinds = {"a": "number", "b": "number", "c": "category"}
    ours = Encoder.fit(frame, kinds, scale=scale, rare_level=rare_level).transform(later)
    scaler = StandardScaler() if scale == "standard" else MinMaxScaler((-1, 1))
    theirs = ColumnTransformer(
        [
            ("number", make_pipeline(SimpleImputer(strategy="median"), scaler), ["a", "b"]),
            ("missing", MissingIndicator(), ["b"]),
            ("level", OneHotEncoder(min_frequency=rare_level or None, sparse_output=False), ["c"]),
        ]
    ).fit(frame.fillna({"c": "(missing)"}))
    expected = theirs.transform(later.fillna({"c": "(missing)"}))
    np.testing.assert_allclose(ours, expected, atol=2e-6)


def test_encoder_is_exact_after_json():
    frame = pd.DataFrame({"a": [0.1, 1 / 3, None], "b": ["ä", '"', None], "c": [1, 2, 3]})
    encoder = Encoder.fit(frame, {"a": "number", "b": "category", "c": "category"}, rare_level=0.4)
    back = Encoder.from_dict(json.loads(json.dumps(encoder.to_dict())))
    assert back == encoder
    np.testing.assert_array_equal(back.transform(frame), encoder.transform(frame))


def test_transform_takes_columns_by_name_and_of_any_type():
    encoder = Encoder.fit(FRAME, KINDS)
    shuffled = FRAME[["one", "town", "age"]].astype({"one": "str", "town": object})
    np.testing.assert_array_equal(encoder.transform(shuffled), encoder.transform(FRAME))


def test_transform_of_no_rows():
    assert Encoder.fit(FRAME, KINDS).transform(FRAME.head(0)).shape == (0, 6)


def test_transform_without_a_column():
    with pytest.raises(InvalidInputError, match="Column 'age' is needed; however, the table has"):
        Encoder.fit(FRAME, KINDS).transform(FRAME.drop(columns="age"))


def test_text_where_the_encoder_needs_numbers():
    frame = FRAME.astype({"age": object})
    frame.loc[2, "age"] = "secret"
    encoder = Encoder.fit(FRAME, KINDS)
    for attempt in (lambda: encoder.transform(frame), lambda: Encoder.fit(frame, KINDS)):
        with pytest.raises(InvalidInputError) as caught:
            attempt()
        assert str(caught.value) == (
            "Column 'age' needs numbers; however, row 4 holds text. Correct that value."
        )


def test_encoding_is_learnt_from_training_rows_only():
    frame = table()
    data = encoded(frame)
    later = frame.copy()
    later.loc[data.test.rows, "age"] = 1e6
    later.loc[data.test.rows, "town"] = "Rome"
    assert encoded(later).encoder == data.encoder
    train = frame.loc[data.train.rows, "age"]
    assert data.encoder.codes[0].median == train.median()


def test_rows_lead_back_to_the_table():
    frame = table()
    frame.loc[[1, 50], "hired"] = None
    data = encoded(frame)
    for split in (data.train, data.validation, data.test):
        np.testing.assert_array_equal(split.y, frame["hired"].iloc[split.rows] == "yes")
        np.testing.assert_array_equal(split.group, frame["sex"].iloc[split.rows] == "male")
        again = data.encoder.transform(frame.iloc[split.rows])
        np.testing.assert_array_equal(split.x, again)
    rows = np.concatenate([data.train.rows, data.validation.rows, data.test.rows])
    np.testing.assert_array_equal(np.sort(rows), np.setdiff1d(np.arange(len(frame)), [1, 50]))
    assert data.n_groups == 2
    assert data.group_names == ("female", "male")
    assert data.positive == "hired = yes"


def test_digest_follows_what_decides():
    frame = table()
    digest = encoded(frame).digest
    assert encoded(frame.copy()).digest == digest
    changed = frame.copy()
    changed.loc[0, "age"] = 99
    others = [
        encoded(changed).digest,
        encoded(frame, seed=1).digest,
        encoded(frame, scale="minmax").digest,
        encoded(frame, rare_level=0.4).digest,
        encoded(frame, fractions=(0.5, 0.25, 0.25)).digest,
        encoded(frame, Roles(Target("hired", ("yes",)), (Sensitive("sex"),))).digest,
        encoded(frame, Roles(Target("hired", ("no",)), (Sensitive("sex"),))).digest,
        encoded(frame, Roles(Target("hired"), (Sensitive("town"),))).digest,
    ]
    assert len({digest, *others}) == len(others) + 1


@pytest.mark.parametrize(
    ("name", "target", "sensitive", "width"),
    [
        ("german_data_credit.csv", "class-label", Sensitive("sex"), 59),
        ("adult.csv", "income-per-year", Sensitive("sex"), 67),
        ("german.csv", "GoodCustomer", Sensitive("Gender"), 37),
        ("math.csv", "G3", Sensitive("sex"), 31),
        ("dutch.csv", "occupation", Sensitive("age", bins=(7, 10)), 11),
    ],
)
def test_real_files(real_data, name, target, sensitive, width):
    read = read_table(real_data(name))
    data = encode(assign_roles(read, Roles(Target(target), (sensitive,))))
    for split in (data.train, data.validation, data.test):
        assert split.x.shape == (len(split.y), width)
        assert split.x.dtype == np.float32
        assert np.isfinite(split.x).all()
    n = len(read.frame)
    assert abs(len(data.train.y) - 0.6 * n) < 2 * data.n_groups
    numbers = [i for i, name in enumerate(data.encoder.encoded_names) if " = " not in name]
    np.testing.assert_allclose(data.train.x[:, numbers].mean(axis=0), 0, atol=1e-4)
    deviation = data.train.x[:, numbers].std(axis=0)
    np.testing.assert_allclose(deviation[deviation > 0], 1, atol=1e-3)


def test_a_value_beyond_all_measure_stays_finite():
    train = pd.DataFrame({"x": np.linspace(0, 1e-9, 50), "y": np.arange(50.0)})
    encoder = Encoder.fit(train, {"x": "number", "y": "number"}, scale="standard", rare_level=0)
    encoded = encoder.transform(pd.DataFrame({"x": [1e30, -1e30], "y": [1.0, 2.0]}))
    assert np.isfinite(encoded).all()
    assert encoded[0, 0] > 0 > encoded[1, 0]

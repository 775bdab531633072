"""Settings: defaults, limits, text, digests."""

import dataclasses

import numpy as np
import pytest

from fairmoe.config import Settings
from fairmoe.errors import InvalidInputError


def test_defaults_are_those_of_the_method():
    settings = Settings()
    assert (settings.hidden, settings.dropout, settings.slope) == (8, 0.3, 0.01)
    assert settings.learning_rate == 1e-2
    assert settings.weight_decay == "auto"
    lambdas = (
        settings.lambda_rep,
        settings.lambda_fair,
        settings.lambda_attention,
        settings.lambda_adv,
    )
    assert lambdas == (1, 1, 1, 1)
    assert (settings.temperature, settings.entropy_weight, settings.load_balance_weight) == (
        1,
        1e-3,
        1e-3,
    )
    assert (settings.usage_momentum, settings.baseline_momentum) == (0.9, 0.9)
    assert (settings.top_k, settings.top_ratio) == (1, 0.2)


def test_every_setting_can_be_written_as_text_and_read_back():
    settings = Settings(
        lambda_fair=0.5, epochs=200, weight_by_disagreement=False, credit="batch", split_seed=4
    )
    texts = {name: str(value) for name, value in settings.to_dict().items()}
    assert Settings.from_texts(texts) == settings
    assert Settings(**settings.to_dict()) == settings


@pytest.mark.parametrize(
    ("texts", "message"),
    [
        ({"dropout": "2"}, "Setting 'dropout' needs a value between 0 and 0.9; however, 2 was"),
        ({"lambda_fair": "nan"}, "needs a value between 0 and 10000; however, nan was given"),
        ({"lambda_fair": "-1"}, "needs a value between 0 and 10000; however, -1 was given"),
        ({"epochs": "1.5"}, "needs a whole number or 'auto'; however, 1.5 was given"),
        ({"epochs": "many"}, "needs a whole number or 'auto'; however, 'many' was given"),
        ({"credit": "luck"}, "needs 'batch' or 'rollouts' or 'counterfactual'"),
        ({"weight_by_disagreement": "1"}, "needs true or false"),
        ({"lambda_fare": "1"}, "there is none called 'lambda_fare'"),
        ({"reward": "mixture"}, "Reward 'mixture' needs credit 'batch'"),
    ],
)
def test_what_is_wrong_is_said(texts, message):
    with pytest.raises(InvalidInputError) as caught:
        Settings.from_texts(texts)
    assert message in str(caught.value)


def test_an_unknown_setting_lists_the_known_ones():
    with pytest.raises(InvalidInputError) as caught:
        Settings.from_texts({"lambda_fare": "1"})
    assert "lambda_fair" in caught.value.choices


def test_digests_tell_the_parts_apart():
    one, other = Settings(), Settings(temperature=2)
    assert one.digest("experts", "schedule") == other.digest("experts", "schedule")
    assert one.digest("gate") != other.digest("gate")
    assert one.digest() != other.digest()
    assert Settings(lambda_fair=1).digest() == Settings(lambda_fair=1.0).digest()


def test_every_setting_says_what_it_does_and_where_it_belongs():
    parts = {"data", "experts", "schedule", "gate", "evaluation", "machine"}
    for field in dataclasses.fields(Settings):
        assert field.metadata["part"] in parts
        assert field.metadata["help"].endswith(".")


def test_numpy_numbers_count_as_numbers():
    settings = Settings(
        hidden=np.int64(4), dropout=np.float32(0.5), weight_by_disagreement=np.bool_(False)
    )
    assert (settings.hidden, settings.dropout, settings.weight_by_disagreement) == (4, 0.5, False)
    with pytest.raises(InvalidInputError, match="Setting 'hidden' needs a whole number"):
        Settings(hidden=np.array([8, 9]))

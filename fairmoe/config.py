"""The settings of a run and their limits."""

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Self

from fairmoe._fields import Declared, setting
from fairmoe.errors import InvalidInputError
from fairmoe.names import AttributionMethod

AttributionBaseline = Literal["mean", "zero"]
AdversaryInput = Literal["probabilities", "logits"]
Credit = Literal["batch", "rollouts", "counterfactual"]
Reward = Literal["routed", "mixture"]
GateStart = Literal["experts", "random"]
Threshold = Literal["fitted", "half"]
Select = Literal["best", "last"]
Scale = Literal["standard", "minmax"]
Device = Literal["auto", "cpu", "cuda"]
Auto = Literal["auto"]

LAMBDAS = ("lambda_rep", "lambda_fair", "lambda_attention", "lambda_adv")
GATE_WEIGHTS = ("fairness_weight", "dp_weight", "eo_weight", "procedural_weight")


@dataclass(frozen=True, kw_only=True)
class Settings(Declared):
    """Everything that decides what a run computes, given its data and the roles of its columns.

    Each field carries in its metadata the `part` it belongs to (data, experts, schedule, gate,
    evaluation, machine), a sentence of `help`, and its limits `low` and `high`, both included.

    Raises:
        InvalidInputError: A value is of the wrong type, unknown or outside its limits.

    Example:
        >>> Settings(lambda_fair=10).lambda_fair
        10.0
        >>> Settings.from_texts({"epochs": "200", "select": "last"}).epochs
        200
        >>> Settings(hidden=0)
        Traceback (most recent call last):
        fairmoe.errors.InvalidInputError: Setting 'hidden' needs a value between 1 and 512; ...
    """

    scale: Scale = setting(
        "standard",
        "data",
        "How numbers are scaled: to mean 0 and deviation 1, or to the range -1 to 1.",
    )
    rare_level: float = setting(
        0.005,
        "data",
        "Category levels rarer than this share of the training rows become one level.",
        0,
        0.5,
    )
    split_seed: int | None = setting(
        None,
        "data",
        "Decides which rows are for training, validation and test; by default the seed.",
        0,
        2**31 - 1,
    )

    hidden: int = setting(8, "experts", "Hidden units of each expert.", 1, 512)
    dropout: float = setting(
        0.3, "experts", "Share of hidden units silenced at random in a training step.", 0, 0.9
    )
    slope: float = setting(0.01, "experts", "Slope of the leaky ReLU below zero.", 0, 1)
    lambda_rep: float = setting(
        1.0, "experts", "Weight of representation alignment in the result-fairness expert.", 0, 1e4
    )
    lambda_fair: float = setting(
        1.0, "experts", "Weight of the outcome gaps in the result-fairness expert.", 0, 1e4
    )
    lambda_attention: float = setting(
        1.0, "experts", "Weight of attention alignment in the procedural-fairness expert.", 0, 1e4
    )
    lambda_adv: float = setting(
        1.0, "experts", "Weight of the adversaries in the procedural-fairness expert.", 0, 1e4
    )
    lambda_grl: float = setting(
        1.0, "experts", "Factor by which the gradient of the adversaries is reversed.", 0, 1e3
    )
    adversary_input: AdversaryInput = setting(
        "probabilities", "experts", "What the second adversary sees."
    )
    attribution_method: AttributionMethod = setting(
        "integrated_gradients", "experts", "How a prediction is attributed to the columns."
    )
    attribution_baseline: AttributionBaseline = setting(
        "mean",
        "experts",
        "The row that predictions are compared with: the training mean, or zeros.",
    )
    attention_rows: int | Auto = setting(
        "auto", "experts", "Rows per step that the attention loss looks at.", 2, 2**31 - 1
    )
    threshold: Threshold = setting(
        "fitted",
        "experts",
        "From which probability an expert says yes: where that serves best beyond doubt on "
        "validation rows, or one half.",
    )
    guard: bool = setting(
        True,
        "experts",
        "Refuse what is no choice: models less accurate than one answer for all, that give a class "
        "to less than 0.625 or more than 1.6 times as many as have it, or "
        "that harm more people than the utility expert does: by wrongly giving them the bad "
        "outcome, or, where it is not told which is bad, by over 5 points more errors of a kind.",
    )
    learning_rate: float = setting(1e-2, "experts", "Step size of the experts.", 1e-6, 1)
    adversary_learning_rate: float = setting(
        2e-2, "experts", "Step size of the adversaries.", 1e-6, 1
    )
    adversary_steps: int = setting(
        5,
        "experts",
        "Steps that the adversaries make alone before each step of the experts.",
        0,
        100,
    )
    weight_decay: float | Auto = setting(
        "auto",
        "experts",
        "Pull of the experts' weights towards zero; auto is stronger the fewer rows there are.",
        0,
        1,
    )

    epochs: int | Auto = setting("auto", "schedule", "Epochs of both phases together.", 4, 100_000)
    gate_epochs: int | Literal["auto", "half"] = setting(
        "auto",
        "schedule",
        "Epochs of the gate: auto is a tenth of the epochs of both phases, 'half' is half of them, "
        "as the method's authors have it.",
        1,
        100_000,
    )
    batch_size: int | Auto = setting(
        "auto", "schedule", "Rows per training step; all rows if there are fewer.", 16, 2**31 - 1
    )
    rare_rows: int = setting(
        64,
        "schedule",
        "How many rows of each group and label a step compares at least, if there are as many; "
        "those of rare groups then come again in several steps. 0 for none that come again.",
        0,
        2**31 - 1,
    )
    fine_tune_every: int = setting(
        20,
        "schedule",
        "Gate epochs between two fine-tunings of the fairness experts; 0 for none.",
        0,
        100_000,
    )
    fine_tune_epochs: int = setting(5, "schedule", "Epochs of each fine-tuning.", 0, 10_000)
    select: Select = setting(
        "best", "schedule", "Keep the weights with the best validation score, or the last ones."
    )
    seed: int = setting(
        0, "schedule", "Decides initial weights, dropout and sampled actions.", 0, 2**31 - 1
    )

    fairness_weight: float = setting(
        1.0,
        "gate",
        "How much a gap counts against utility where the gate is rewarded and chosen; 0 for "
        "utility alone.",
        0,
        1e3,
    )
    dp_weight: float = setting(
        1.0,
        "gate",
        "Weight of demographic parity among the gaps that the gate is to close.",
        0,
        1e3,
    )
    eo_weight: float = setting(
        1.0, "gate", "Weight of equal opportunity among the gaps that the gate closes.", 0, 1e3
    )
    procedural_weight: float = setting(
        1.0, "gate", "Weight of the procedural gaps among those that the gate closes.", 0, 1e3
    )
    gate_hidden: int = setting(16, "gate", "Hidden units of the gate.", 1, 512)
    temperature: float = setting(
        1.0, "gate", "Above 1 the gate hesitates more, below 1 less.", 0.01, 100
    )
    gate_start: GateStart = setting(
        "experts",
        "gate",
        "Where the gate begins: 'experts' leans to those with the better validation scores, "
        "'random' begins anywhere. With 'experts', and the best weights kept, one of them alone "
        "takes the gate's place if it is clearly better on the validation rows; the mixture is "
        "then that expert.",
    )
    credit: Credit = setting(
        "counterfactual",
        "gate",
        "How the reward is credited to the routing of single rows. 'batch' is REINFORCE: all rows "
        "share the reward of one sampled routing. 'rollouts' is REINFORCE with several. "
        "'counterfactual' is a Rao-Blackwellised policy gradient, as in COMA: of each row all "
        "choices are tried, those of the others are sampled; it has the same mean and less noise.",
    )
    reward: Reward = setting(
        "routed",
        "gate",
        "What is rewarded: the routed predictions, or the mixture (which teaches nothing).",
    )
    rollouts: int = setting(8, "gate", "Sampled routings per step with credit 'rollouts'.", 2, 1024)
    weight_by_disagreement: bool = setting(
        True, "gate", "Rows on which the experts disagree count more in the gate's loss."
    )
    gate_learning_rate: float = setting(1e-2, "gate", "Step size of the gate.", 1e-6, 1)
    gate_weight_decay: float | Auto = setting(
        "auto",
        "gate",
        "Pull of the gate's own parameters towards zero; auto is stronger the fewer rows there "
        "are.",
        0,
        1,
    )
    entropy_weight: float = setting(1e-3, "gate", "Reward for undecided routing.", 0, 1e3)
    load_balance_weight: float = setting(
        1e-3, "gate", "Penalty for uneven use of the experts.", 0, 1e3
    )
    usage_momentum: float = setting(
        0.9, "gate", "Memory of the moving average of expert usage.", 0, 0.9999
    )
    baseline_momentum: float = setting(
        0.9,
        "gate",
        "Memory of the moving average of rewards that credit 'batch' compares with; other credits "
        "do without.",
        0,
        0.9999,
    )
    top_k: int = setting(
        1, "evaluation", "Most attended columns that are masked to measure fidelity.", 1, 1000
    )
    top_ratio: float = setting(
        0.2, "evaluation", "Share of rows with the best explanations.", 0.01, 1
    )

    device: Device = setting(
        "auto", "machine", "Where to compute; auto takes a GPU if there is one."
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.reward == "mixture" and self.credit != "batch":
            raise InvalidInputError(
                "Reward 'mixture' needs credit 'batch', for no single row can be credited with it",
                however=f"credit '{self.credit}' was given",
            )

    @classmethod
    def from_dict(cls, record: Mapping[str, Any]) -> Self:
        """Return the settings that `to_dict` gave.

        Raises:
            InvalidInputError: A setting is missing or unknown: another version wrote them, and a
                default of this one would tell what nobody chose.
        """
        record = _BEFORE | dict(record)
        if record.keys() != {field.name for field in dataclasses.fields(cls)}:
            raise InvalidInputError(
                "Settings as this version of fairmoe writes them are needed",
                however="some are missing or unknown",
            )
        return cls(**record)


_BEFORE: dict[str, Any] = {"guard": False, "gate_epochs": "half"} | dict.fromkeys(GATE_WEIGHTS, 1.0)
"""What runs had that were kept before there were these settings."""

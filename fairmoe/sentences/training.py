"""How training went, and what of it is kept."""

from collections.abc import Iterable, Mapping, Sequence

from fairmoe.figures.curves import Line, quantity_and_model
from fairmoe.names import Model, SplitName
from fairmoe.sentences.wording import listed


def what_was_trained(
    positive: str, name: str, size: tuple[int, int], rows: Mapping[SplitName, int]
) -> str:
    """Say what was trained on what, and to predict what.

    Args:
        positive: The positive class in words, such as "hired = yes".
        name: Of the table; may be empty.
        size: Its rows and columns.
        rows: Of each split.
    """
    in_all, columns = size
    left_out = in_all - sum(rows.values())
    told = (
        f"A mixture of three experts and a gate learnt to predict {positive} from "
        f"{name or 'an unnamed table'}, a table of {in_all:,} rows and {columns:,} columns. It "
        f"learnt from {rows['train']:,} rows, its weights were chosen on {rows['validation']:,} "
        f"others, and what it does to people is measured on {rows['test']:,} test rows that "
        "neither saw."
    )
    if not left_out:
        return told
    return f"{told} {left_out:,} rows were left out because the outcome or the group is missing."


def who_is_compared(groups: Mapping[str, int], columns: Sequence[str]) -> str:
    """Say which groups are compared, and how many rows each has.

    Args:
        groups: Rows by name.
        columns: The sensitive columns.
    """
    named = [f"{name} ({rows:,} rows)" for name, rows in groups.items()]
    return f"It compares {len(groups)} groups by {' and '.join(columns)}: {listed(named, 8)}."


def kept_moment(*, select: str, gate_start: str) -> str:
    """Say which moment of training is kept; arguments are the settings of these names."""
    if select == "last":
        return "The last weights were kept."
    told = "Kept are the weights with the best validation score, which need not be the last."
    if gate_start == "experts":
        told += (
            " If one expert alone is better there than the gate by more than a standard error, "
            "that expert decides alone."
        )
    return told


def curves_takeaway(lines: Iterable[Line]) -> str:
    """Say in one sentence where the experts' losses and the gate's reward began and ended."""
    told = [
        f"{line.name} from {line.values[0]:.3g} to {line.values[-1]:.3g}"
        for line in lines
        if (
            line.phase == "experts"
            and quantity_and_model(line.name)[0] == "loss"
            and quantity_and_model(line.name)[1]
        )
        or line.name == "reward"
    ]
    return f"With all losses on: {', '.join(told)}." if told else "Nothing recorded yet."


def reused_experts(names: Sequence[Model]) -> str:
    """Say, as the end of a sentence, which experts were taken from an earlier training.

    Example:
        >>> reused_experts(["utility", "procedural"]), reused_experts([])
        (', with the utility and procedural experts of an earlier training', '')
    """
    if not names:
        return ""
    experts = "expert" if len(names) == 1 else "experts"
    return f", with the {listed(names)} {experts} of an earlier training"


def about(seconds: float) -> str:
    """Say about how long something takes.

    Example:
        >>> about(0.2), about(14.4), about(100), about(600)
        ('about 1 s', 'about 14 s', 'about 2 min', 'about 10 min')
    """
    if seconds < 90:
        return f"about {max(1, round(seconds))} s"
    return f"about {seconds / 60:.0f} min"


def expected_time(seconds: float, *, both: float | None = None) -> str:
    """Say about how long work takes that is offered.

    Args:
        seconds: What it takes.
        both: What two trainings take, a blind and an aware one, if they are offered too.
    """
    if both is None:
        return f"Takes {about(seconds)} here, as far as can be told."
    return f"Takes {about(seconds)} here, both {about(both)}, as far as can be told."

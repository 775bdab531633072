"""How training went, and what of it is kept."""

from collections.abc import Iterable

from fairmoe.figures.curves import Line, quantity_and_model


def kept_moment(*, select: str, gate_start: str) -> str:
    """Say which moment of training is kept; arguments are the settings of these names."""
    if select == "last":
        return "The last weights were kept."
    told = "Kept are the weights with the best validation score, which need not be the last."
    if gate_start == "experts":
        told += (
            " The gate's place takes an expert alone that is better there than all that the gate "
            "learnt, by more than the standard error of a share of as many rows can be."
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

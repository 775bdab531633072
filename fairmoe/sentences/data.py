"""What a table holds, before any model."""

import pandas as pd


def label_takeaway(counts: pd.DataFrame) -> str:
    """Say in one sentence what the figure shows."""
    share = {str(name): float(part) for name, part in counts["positive_share"].dropna().items()}
    high, low = max(share, key=share.__getitem__), min(share, key=share.__getitem__)
    return (
        f"{len(counts)} groups of {counts['rows'].min():,} to {counts['rows'].max():,} rows; "
        f"the positive class is most frequent in {high} ({share[high]:.1%}) "
        f"and least in {low} ({share[low]:.1%})."
    )


def missing_takeaway(missing: pd.DataFrame) -> str:
    """Say in one sentence which feature is missing most unequally."""
    first = missing[missing["column"] == missing["column"].iloc[0]].set_index("group")
    share = first["missing"] / first["rows"]
    high, low = share.idxmax(), share.idxmin()
    features = missing["column"].nunique()
    return (
        f"{features} feature{'s have' if features > 1 else ' has'} missing values; groups differ "
        f"most in {missing['column'].iloc[0]}: missing for {share[high]:.1%} of {high} and "
        f"{share[low]:.1%} of {low}."
    )


def proxies_takeaway(alone: "pd.Series[float]", together: float, chance: float) -> str:
    """Say in one sentence how well the features stand in for the group."""
    if max(together, *alone) <= chance:
        return "No feature predicts the group better than chance may."
    return (
        f"Together the features predict the group with an AUC of {together:.0%}; the strongest "
        f"proxy is {alone.index[0]} ({alone.iloc[0]:.0%}). Above {chance:.1%} an AUC is more than "
        "chance."
    )

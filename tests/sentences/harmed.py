"""By how much the share of the wronged changes in some groups."""

import pandas as pd


def harm(**rows):
    columns = ["good_label", "harmed_change", "harmed_change_low", "harmed_change_high"]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns).assign(
        harmed_model_rate=0.2
    )

"""Public data sets, fetched from OpenML when the user asks for one."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd
from sklearn.datasets import fetch_openml

from fairmoe.data.roles import Roles, Sensitive, Target
from fairmoe.data.table import Table, table_from_frame
from fairmoe.errors import InvalidInputError, UnavailableError


@dataclass(frozen=True)
class PublicSource:
    """A public data set.

    Attributes:
        title: What it is, in a few words.
        openml_id: Its number at openml.org.
        roles: Roles that are usual for it.
    """

    title: str
    openml_id: int
    roles: Roles


PUBLIC: Mapping[str, PublicSource] = MappingProxyType(
    {
        "adult": PublicSource(
            "Adult: income above 50,000 dollars, census of 1994",
            1590,
            Roles(
                Target(
                    "class",
                    positive=(">50K",),
                    outcome="good",
                    words=("above 50,000 dollars", "up to 50,000 dollars"),
                ),
                (Sensitive("sex"),),
                dropped=("fnlwgt",),
            ),
        ),
        "german-credit": PublicSource(
            "German credit: good and bad risks, 1994",
            31,
            Roles(
                Target(
                    "class", positive=("good",), outcome="good", words=("good risk", "bad risk")
                ),
                (
                    Sensitive(
                        "personal_status",
                        merge=(
                            ("female", ("female div/dep/mar",)),
                            ("male", ("male single", "male div/sep", "male mar/wid")),
                        ),
                    ),
                ),
            ),
        ),
        "compas": PublicSource(
            "COMPAS: arrested again within two years, Broward County 2013-2014",
            42193,
            Roles(
                Target(
                    "twoyearrecid",
                    positive=("1",),
                    outcome="bad",
                    words=("arrested again", "not arrested again"),
                ),
                (
                    Sensitive(
                        "race_African-American",
                        merge=(("African-American", ("1",)), ("Caucasian", ("0",))),
                    ),
                ),
                # Each is the opposite of another column.
                dropped=("race_Caucasian", "c_charge_degree_M"),
            ),
        ),
    }
)


def fetch_public(name: str) -> Table:
    """Fetch a public data set from openml.org, or from the copy that scikit-learn kept of it.

    Args:
        name: A key of `PUBLIC`.

    Raises:
        InvalidInputError: There is no public data set of that name.
        UnavailableError: It could not be fetched, such as without a network.
    """
    if name not in PUBLIC:
        raise InvalidInputError(
            "The name of a public data set is needed",
            however="there is none of the name given",
            choices=tuple(PUBLIC),
        )
    source = PUBLIC[name]
    try:
        fetched = fetch_openml(
            data_id=source.openml_id, as_frame=True, parser="pandas", n_retries=1, delay=0.1
        )
    # What answers in place of the site, such as a login page of the network, is no JSON.
    except (OSError, json.JSONDecodeError) as error:
        raise UnavailableError(
            f"The data set '{name}' could not be fetched from openml.org. "
            "Check the network, or load a file of your own instead."
        ) from error
    frame: pd.DataFrame = fetched.frame
    return table_from_frame(frame, name=name)

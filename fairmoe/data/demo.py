"""A table of job applicants, generated, whose bias is known."""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from fairmoe.config import Settings
from fairmoe.data.read import read_table
from fairmoe.data.roles import Roles, Sensitive, Target
from fairmoe.data.table import Table

DEMO_NAME = "demo_hiring.csv"
DEMO_ROLES = Roles(
    target=Target("hired", positive=("yes",), outcome="good"),
    sensitive=(Sensitive("sex"),),
    dropped=("applicant_id",),
)

DEMO_NAMED_ROLES = replace(DEMO_ROLES, group_names=(("female", "women"), ("male", "men")))
"""The same with names of groups to display, as the app loads the demo."""

DEMO_SETTINGS = Settings(seed=1, gate_weight_decay=0.0)
"""What the demo is trained with: a gate that may tell people apart as far as it pays."""

_EDUCATION = ("school", "apprenticeship", "bachelor", "master", "doctorate")
_DEPARTMENTS = ("care", "office", "sales", "research", "logistics")


def make_demo(  # noqa: PLR0913 - one for each cause of a gap
    rows: int = 12_000,
    *,
    seed: int = 2,
    break_bias: float = 3.0,
    label_bias: float = 0.0,
    representation_bias: float = 0.1,
    proxy: float = 1.0,
    break_shares: tuple[float, float] = (0.85, 0.2),
    skill_weight: float = 2.4,
    test_noise: float = 14.0,
) -> pd.DataFrame:
    """Generate applicants and whether they were hired.

    Skill is equal in all groups. It shows in test score, interview score, schooling and experience,
    and decides, with chance, who is hired. What is unequal is added on purpose:

    Args:
        rows: How many applicants, at least 1.
        seed: Decides everything that is drawn.
        break_bias: How much harder a career break made it for women to be hired, and not for men,
            in log-odds, at least 0.
        label_bias: How much harder it was for all women to be hired, in log-odds, at least 0.
        representation_bias: How much fewer women there are, in [0, 1): their share is
            `(1 - representation_bias) / 2`.
        proxy: How far career breaks and department give the sex away, in [0, 1]; with 0 they have
            nothing to do with it, and no other column has.
        break_shares: Shares of women and of men with a career break, in [0, 1], where `proxy` is 1.
        skill_weight: How much a standard deviation of skill counts in hiring, in log-odds.
        test_noise: How far test scores miss the skill, in points.

    Returns:
        The applicants, with texts, numbers and some missing values. The same arguments give the
        same table.
    """
    rng = np.random.default_rng(seed)
    female = rng.random(rows) < (1 - representation_bias) / 2
    skill = rng.normal(size=rows)
    age = np.clip(np.round(rng.normal(38, 10, rows)), 19, 65).astype(np.int64)
    worked = (age - 19) * rng.beta(4, 2, rows)
    experience = np.round(np.clip(worked + 1.5 * skill, 0, None), 1)
    schooling = np.clip(np.round(1.6 + 0.7 * skill + rng.normal(0, 0.9, rows)), 0, 4).astype(int)
    # The stand-in for sex is the sex itself for a share `proxy` of the rows, and a coin otherwise.
    stand_in = np.where(rng.random(rows) < proxy, female, rng.random(rows) < 0.5)
    break_months = np.where(
        rng.random(rows) < np.where(stand_in, *break_shares), rng.integers(3, 37, rows), 0
    )
    department = _departments(stand_in, rng)
    log_odds = (
        skill_weight * skill
        + 0.03 * (experience - 12)
        + 0.25 * (schooling - 1.6)
        + 0.3
        - break_bias * (female & (break_months > 0))
        - label_bias * female
    )
    hired = rng.random(rows) < 1 / (1 + np.exp(-log_odds))
    frame = pd.DataFrame(
        {
            "applicant_id": np.arange(1, rows + 1) + 10_000,
            "sex": np.where(female, "female", "male"),
            "age": age,
            "region_of_birth": rng.choice(["north", "south", "abroad"], rows, p=[0.55, 0.3, 0.15]),
            "education": np.array(_EDUCATION)[schooling],
            "years_of_experience": experience,
            "department": department,
            "career_break_months": break_months,
            "test_score": np.clip(
                np.round(62 + 13 * skill + rng.normal(0, test_noise, rows)), 0, 100
            ),
            "interview_score": np.clip(
                np.round(3 + 0.8 * skill + rng.normal(0, 0.6, rows), 1), 1, 5
            ),
            "referred": np.where(rng.random(rows) < 0.2, "yes", "no"),
            "commute_km": np.round(rng.gamma(2, 8, rows), 1),
            "hired": np.where(hired, "yes", "no"),
        }
    )
    for column, share in (("education", 0.02), ("test_score", 0.04), ("commute_km", 0.03)):
        frame[column] = frame[column].mask(rng.random(rows) < share)
    return frame


def _departments(stand_in: NDArray[np.bool_], rng: np.random.Generator) -> NDArray[np.str_]:
    shares = np.where(stand_in[:, None], [0.4, 0.3, 0.15, 0.1, 0.05], [0.05, 0.15, 0.2, 0.25, 0.35])
    drawn = (rng.random(len(stand_in))[:, None] > shares.cumsum(axis=1)).sum(axis=1)
    department: NDArray[np.str_] = np.array(_DEPARTMENTS)[np.minimum(drawn, 4)]
    return department


def demo_csv() -> bytes:
    """Return the demo as the bytes of a CSV file."""
    return make_demo().to_csv(index=False, lineterminator="\n").encode()


def demo_table() -> Table:
    """Return the demo as if its file had been loaded."""
    return read_table(demo_csv(), name=DEMO_NAME)

"""From a CSV file of one's own to scores by group and a report."""

from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd

import fairmoe
from fairmoe import Roles, Sensitive, Settings, Target
from fairmoe.report import Cover, make_report, to_html

# Your own file goes here. This one is invented: older people get loans less often at one income.
FILE = Path("loans.csv")
rng = np.random.default_rng(0)
age, income = rng.integers(20, 70, 1500), rng.normal(40, 12, 1500).round(1)
accepted = income + rng.normal(0, 8, 1500) - 8 * (age >= 50) > 36
pd.DataFrame(
    {"age": age, "income": income, "job": rng.choice(["office", "shop", "works"], 1500)}
).assign(approved=np.where(accepted, "yes", "no")).to_csv(FILE, index=False)

# What is predicted, and who is compared with whom: people up to 49 and from 50 on.
table = fairmoe.read_table(FILE)
roles = Roles(Target("approved", positive=("yes",)), (Sensitive("age", bins=(49.5,)),))

# One run, whom it approves, and a report.
run = fairmoe.run_experiment(table, roles, Settings())
test = run.splits["test"]
for group, name in enumerate(run.data.groups):
    approved = test.proba["mixture"][test.group == group] >= 0.5
    print(f"{name}: {approved.mean():.0%} of {len(approved)} approved")
Path("loans.html").write_text(to_html(make_report(run), Cover(date.today())), encoding="utf-8")
fairmoe.save_run(run, "loans-run")

# The same settings with five seeds on one split: how much of the gap is chance in training?
runs = fairmoe.grid_settings(Settings(), {}, seeds=5)
sweep = fairmoe.run_sweep(fairmoe.prepare(table, roles, runs[0]), runs)
gaps = sweep.frame("mixture")["test_dp"]
print(f"demographic parity difference: {gaps.mean():.3f} ± {gaps.sem():.3f} over five seeds")

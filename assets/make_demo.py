"""`python assets/make_demo.py`: train the demo's run with its front, and keep it in assets/demo."""

import shutil
from pathlib import Path

from fairmoe.data import DEMO_ROLES, DEMO_SETTINGS, demo_table
from fairmoe.dial import train_front
from fairmoe.experiment import prepare, run_prepared
from fairmoe.runs import save_run

FOLDER = Path(__file__).parent / "demo"

if __name__ == "__main__":
    settings = DEMO_SETTINGS.replace(device="cpu")
    prepared = prepare(demo_table(), DEMO_ROLES, settings)
    run = run_prepared(prepared, settings)
    front = train_front(prepared, run)
    shutil.rmtree(FOLDER, ignore_errors=True)
    save_run(run.with_front(front), FOLDER)

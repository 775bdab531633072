"""`python assets/make_demo.py`: train the demo with its front, and keep table and run beside it."""

from pathlib import Path

from fairmoe.data import DEMO_NAME, DEMO_ROLES, DEMO_SETTINGS, demo_csv, demo_table
from fairmoe.dial import train_front
from fairmoe.experiment import prepare, run_prepared
from fairmoe.runs import DEMO_RUN, save_run

HERE = Path(__file__).parent

if __name__ == "__main__":
    settings = DEMO_SETTINGS.replace(device="cpu")
    prepared = prepare(demo_table(), DEMO_ROLES, settings)
    run = run_prepared(prepared, settings)
    run = run.with_front(train_front(prepared, run))
    (HERE / DEMO_NAME).write_bytes(demo_csv())
    (HERE / DEMO_RUN).unlink(missing_ok=True)
    save_run(run, HERE / DEMO_RUN)

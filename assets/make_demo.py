"""`python assets/make_demo.py`: train the demo with its front, and keep table and run beside it."""

from pathlib import Path

from fairmoe.analysis.routing import weights_by_group
from fairmoe.data import DEMO_NAME, DEMO_NAMED_ROLES, DEMO_SETTINGS, demo_csv, demo_table
from fairmoe.dial import train_front
from fairmoe.experiment import prepare, run_prepared
from fairmoe.runs import DEMO_MAP, DEMO_RUN, Run, save_run
from fairmoe.sentences.mixture_map import EVERYONE, map_of_mixture

HERE = Path(__file__).parent


def write_map(run: Run) -> None:
    """Write the map of the demo's mixture, which Home shows before it has imported any run."""
    test = run.splits["test"]
    weights = weights_by_group(test.gate, test.group, list(run.data.groups))
    drawn = map_of_mixture(weights.iloc[0], run.scores["test"], EVERYONE)
    (HERE / DEMO_MAP).write_text(drawn, encoding="utf-8")


if __name__ == "__main__":
    settings = DEMO_SETTINGS.replace(device="cpu")
    prepared = prepare(demo_table(), DEMO_NAMED_ROLES, settings)
    run = run_prepared(prepared, settings)
    run = run.with_front(train_front(prepared, run))
    (HERE / DEMO_NAME).write_bytes(demo_csv())
    (HERE / DEMO_RUN).unlink(missing_ok=True)
    save_run(run, HERE / DEMO_RUN)
    write_map(run)

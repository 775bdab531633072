"""Where the app lies: beside the package in a checkout, inside it once a wheel is installed."""

from pathlib import Path


def app_folder() -> Path:
    """Return the folder that holds `app.py`, `pages/`, `assets/` and `docs/evidence.md`."""
    package = Path(__file__).resolve().parent
    installed = package / "app"
    return installed if installed.is_dir() else package.parent


OPENED = "FAIRMOE_OPEN"
"""The variable by which the app is told which project or run to open."""

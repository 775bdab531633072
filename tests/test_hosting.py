"""The files that the app is hosted with keep what `docs/hosting.md` promises."""

import fnmatch
import json
import os
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

from fairmoe._app import GIVES_BACK

ROOT = Path(__file__).resolve().parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))["services"]


def _instructions():
    """Return the Dockerfile's instructions and what each is given, in order."""
    text = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
    lines = [line.strip() for line in text.splitlines()]
    return [tuple(line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]


STEPS = _instructions()
LAST_STAGE = STEPS[max(i for i, (name, _) in enumerate(STEPS) if name == "FROM") :]


def _given(name, steps=LAST_STAGE):
    return [value for step, value in steps if step == name]


def _environment():
    return dict(pair.split("=", 1) for line in _given("ENV") for pair in shlex.split(line))


def _ignored(path):
    """Return whether `.dockerignore` leaves a path out; its last line that fits decides."""
    lines = (ROOT / ".dockerignore").read_text("utf-8").splitlines()
    left_out = False
    for line in filter(lambda line: line and not line.startswith("#"), lines):
        pattern = line.removeprefix("!").removeprefix("**/")
        parts = [path, *map(str, Path(path).parents)]
        names = [Path(part).name for part in parts] if "**/" in line else parts
        if any(fnmatch.fnmatch(part, pattern) for part in names):
            left_out = not line.startswith("!")
    return left_out


def test_the_dockerfile_passes_its_linter():
    linter = shutil.which("hadolint")
    if linter is None:
        missing = "hadolint was not found; it comes with the extra dev"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    done = subprocess.run(
        [linter, "--no-color", ROOT / "Dockerfile"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, "")


def test_both_stages_are_slim_and_of_a_python_that_is_claimed():
    base = {value.split(" AS ")[0] for value in _given("FROM", STEPS)}
    assert len(base) == 1
    version = re.fullmatch(r"python:(3\.\d+)-slim-\w+", base.pop())[1]
    assert f"Programming Language :: Python :: {version}" in PROJECT["classifiers"]
    assert f"/python{version}/" in _given("CMD")[0]


def test_torch_is_the_small_one_in_the_versions_that_the_project_asks_for():
    installs = [shlex.split(line) for line in _given("RUN", STEPS) if line.startswith("pip ")]
    torch = next(line for line in PROJECT["dependencies"] if line.startswith("torch"))
    index = "https://download.pytorch.org/whl/cpu"
    assert installs == [
        ["pip", "install", "--index-url", index, torch],
        ["pip", "install", ".[sign-in]"],
    ]
    streamlit = next(line for line in PROJECT["dependencies"] if line.startswith("streamlit"))
    auth = streamlit.replace("streamlit", "streamlit[auth]")
    assert PROJECT["optional-dependencies"]["sign-in"] == [auth]


def test_the_server_is_nobody_in_particular():
    names = [name for name, _ in LAST_STAGE]
    uid, gid = _given("USER")[0].split(":")
    assert names.count("USER") == 1
    assert int(uid) > 1000
    assert int(gid) > 1000
    assert f"--uid {uid}" in _given("RUN")[0]
    assert names.index("USER") < names.index("CMD")
    assert "RUN" not in names[names.index("USER") :]
    assert "COPY" not in names[names.index("USER") :]


def test_the_image_starts_the_app_that_the_wheel_carries():
    command = json.loads(_given("CMD")[0])
    assert command[:2] == ["streamlit", "run"]
    assert command[2].endswith("/site-packages/fairmoe/app/app.py")
    assert _environment() == {
        "PATH": "/opt/fairmoe/bin:$PATH",
        "HOME": "/tmp",
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONUNBUFFERED": "1",
        **GIVES_BACK,
        "STREAMLIT_SERVER_HEADLESS": "true",
        "STREAMLIT_SERVER_ADDRESS": "0.0.0.0",
        "STREAMLIT_SERVER_PORT": "8501",
        "STREAMLIT_BROWSER_SERVER_ADDRESS": "localhost",
    }


@pytest.mark.parametrize("base", ["", "fair", "/fair/"])
def test_the_health_check_asks_under_the_path_that_is_set(base, monkeypatch):
    check = _given("HEALTHCHECK")[0]
    command = json.loads(check[check.index("CMD") + 3 :])
    asked = []
    monkeypatch.setattr("urllib.request.urlopen", lambda url, **_: asked.append(url))
    monkeypatch.setenv("STREAMLIT_SERVER_PORT", "8501")
    monkeypatch.setenv("STREAMLIT_SERVER_BASE_URL_PATH", base)
    assert command[:2] == ["python", "-c"]
    exec(command[2], {})
    path = "/fair" if base else ""
    assert asked == [f"http://127.0.0.1:8501{path}/_stcore/health"]


def test_what_is_copied_is_there_and_no_secret_is_among_it():
    for line in _given("COPY", STEPS):
        *sources, _ = [part for part in line.split() if not part.startswith("--from")]
        for source in sources:
            if not source.startswith("/"):
                assert (ROOT / source).exists(), source
                assert not _ignored(source), source
    assert not re.search(r"^(ARG|ADD) ", (ROOT / "Dockerfile").read_text("utf-8"), re.MULTILINE)


@pytest.mark.parametrize(
    "path",
    [
        ".streamlit/secrets.toml",
        "secrets.toml",
        "assets/secrets.toml",
        "pages/.env",
        ".git/config",
        "tests/conftest.py",
        "fairmoe/__pycache__/names.pyc",
        "docs/guide.md",
    ],
)
def test_secrets_and_what_is_not_needed_never_reach_the_builder(path):
    assert _ignored(path)


def test_what_the_wheel_carries_reaches_the_builder():
    wheel = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["hatch"]["build"]
    carried = wheel["targets"]["wheel"]["force-include"]
    copied = {part for line in _given("COPY", STEPS) for part in line.split()[:-1]}
    for path in [*carried, "fairmoe/cli/__init__.py", PROJECT["readme"], "pyproject.toml"]:
        assert not _ignored(path), path
        assert copied & {path, *map(str, Path(path).parents)}, path


@pytest.mark.parametrize("service", ["app", "proxy"])
def test_services_can_write_nowhere_but_to_memory_and_to_their_volumes(service):
    told = COMPOSE[service]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert told["tmpfs"][0].startswith("/tmp:")
    assert "privileged" not in told


def test_only_the_proxy_is_reached_from_outside():
    assert "ports" not in COMPOSE["app"]
    assert COMPOSE["app"]["expose"] == ["8501"]
    assert COMPOSE["proxy"]["ports"] == ["80:80", "443:443"]
    assert COMPOSE["proxy"]["depends_on"] == {"app": {"condition": "service_healthy"}}
    # Else a headless server asks an outside host for its own address.
    assert "FAIRMOE_HOST" in COMPOSE["app"]["environment"]["STREAMLIT_BROWSER_SERVER_ADDRESS"]


def test_the_proxy_blocks_metrics_and_takes_what_the_server_takes():
    proxy = (ROOT / "Caddyfile").read_text("utf-8")
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert "@metrics path /_stcore/metrics* */_stcore/metrics*\n\trespond @metrics 404" in proxy
    assert "respond @foreign 403" in proxy
    assert "frame-ancestors 'self'" in proxy
    most = int(re.search(r"max_size (\d+)MB", proxy)[1])
    assert config["server"]["maxUploadSize"] < most <= config["server"]["maxUploadSize"] + 10


def test_by_default_the_server_is_reached_from_its_own_machine_only():
    config = tomllib.loads((ROOT / ".streamlit/config.toml").read_text("utf-8"))
    assert config["server"]["address"] == "localhost"


def test_all_variables_that_the_app_reads_are_told():
    read = set()
    for path in (ROOT / "fairmoe").rglob("*.py"):
        read |= set(re.findall(r'^[A-Z_]+ = "(FAIRMOE_\w+)"$', path.read_text("utf-8"), re.M))
    text = (ROOT / "docs/hosting.md").read_text("utf-8")
    assert {"FAIRMOE_SIGN_IN", "FAIRMOE_FRONTS", "FAIRMOE_SESSION_MINUTES"} <= read
    assert not [name for name in read if f"`{name}`" not in text]
    assert set(COMPOSE["app"]["environment"]) - read == {
        "STREAMLIT_BROWSER_SERVER_ADDRESS",
        "STREAMLIT_SERVER_BASE_URL_PATH",
        # The proxy alone says from where somebody comes.
        "FORWARDED_ALLOW_IPS",
    }

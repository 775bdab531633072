"""Compares what is installed with advisories in a file: no network, and no answer without a file.

`python tests/advisories.py FILE [--requirements FILE]`

The file, folder or zip holds advisories in the OSV form: JSON as https://osv.dev hands it out (its
PyPI/all.zip, or single files), or YAML as in https://github.com/pypa/advisory-database. Compared is
what is installed in this environment, or the lines `name==version` of a file as pip freeze writes.

Exit codes: 0 nothing known, 1 something is, 2 nothing could be compared.
"""

import argparse
import json
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from packaging.version import InvalidVersion, Version

NOTHING, FOUND, NOT_COMPARED = 0, 1, 2
NO_FILE = (
    "Nothing was compared: no file of advisories was given, and this script asks no server. Take "
    "one from https://osv.dev (PyPI/all.zip) or https://github.com/pypa/advisory-database."
)


class NotComparedError(Exception):
    """Nothing can be said, and why."""


def main(arguments: list[str] | None = None) -> int:
    """Compare, print what is found, and return the exit code."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("advisories", nargs="?", type=Path, help="a file, folder or zip")
    parser.add_argument("--requirements", type=Path, help="lines name==version, as pip freeze has")
    asked = parser.parse_args(arguments)
    if asked.advisories is None:
        print(NO_FILE)
        return NOT_COMPARED
    try:
        packages = installed() if asked.requirements is None else pinned(asked.requirements)
        known = list(advisories(asked.advisories))
    except (NotComparedError, OSError) as error:
        print(f"Nothing was compared: {error}")
        return NOT_COMPARED
    if not known:
        print(f"Nothing was compared: '{asked.advisories}' holds no advisory about a PyPI package.")
        return NOT_COMPARED
    hits = sorted(set(affected(packages, known)))
    for name, version, told in hits:
        print(f"{name} {version}: {told}")
    newest = max(str(each.get("modified", "")) for each in known)[:10] or "an unknown day"
    print(
        f"Compared: packages {len(packages)}, advisories {len(known)}, the newest of {newest}. "
        f"About what is here: {len(hits) or 'none'}."
    )
    return FOUND if hits else NOTHING


def installed() -> dict[str, str]:
    """Return the version of each package of this environment, by its name."""
    found = {(each.name, each.version) for each in distributions()}
    return {normal(name): version for name, version in found if name}


def pinned(path: Path) -> dict[str, str]:
    """Return the versions that a file pins; anything else in it is refused, not passed over."""
    packages = {}
    for line in path.read_text("utf-8").splitlines():
        told = line.split("#")[0].split(";")[0].strip()
        if not told:
            continue
        match = re.fullmatch(r"([\w.-]+)(?:\[[\w,.-]*\])?\s*==\s*([\w.+!-]+)", told)
        if match is None:
            raise NotComparedError(f"a line of '{path}' is not name==version: {told}")
        packages[normal(match[1])] = match[2]
    if not packages:
        raise NotComparedError(f"'{path}' names no package.")
    return packages


def normal(name: str) -> str:
    """Return a package's name as PyPI compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def advisories(path: Path) -> Iterator[Mapping[str, Any]]:
    """Yield the advisories about PyPI's packages that were not withdrawn."""
    for name, content in _files(path):
        try:
            told = _parsed(name, content)
        except ValueError as error:
            raise NotComparedError(f"'{name}' is no advisory in the OSV form.") from error
        for each in told if isinstance(told, list) else [told]:
            if not isinstance(each, dict) or not isinstance(each.get("id"), str):
                raise NotComparedError(f"'{name}' is no advisory in the OSV form.")
            if not each.get("withdrawn") and list(_about_pypi(each)):
                yield each


def affected(
    packages: Mapping[str, str], known: Iterable[Mapping[str, Any]]
) -> Iterator[tuple[str, str, str]]:
    """Yield name and version of what an advisory is about, and which it is."""
    for advisory in known:
        for about in _about_pypi(advisory):
            name = normal(about["package"]["name"])
            version = packages.get(name)
            if version is not None and _is_affected(version, about):
                names = [advisory["id"], *sorted(advisory.get("aliases") or ())]
                summary = str(advisory.get("summary") or advisory.get("details") or "")
                yield name, version, f"{', '.join(names)} {summary.strip().split(chr(10))[0][:100]}"


def _files(path: Path) -> Iterator[tuple[str, bytes]]:
    endings = (".json", ".yaml", ".yml")
    if path.is_dir():
        for each in sorted(path.rglob("*")):
            if each.suffix in endings and each.is_file():
                yield str(each), each.read_bytes()
    elif zipfile.is_zipfile(path):
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.endswith(endings):
                    yield name, archive.read(name)
    else:
        yield str(path), path.read_bytes()


def _parsed(name: str, content: bytes) -> Any:
    if not name.endswith((".yaml", ".yml")):
        return json.loads(content)
    import yaml

    try:
        # Days are compared as texts, as in JSON.
        return yaml.load(content, Loader=yaml.BaseLoader)
    except yaml.YAMLError as error:
        raise ValueError from error


def _about_pypi(advisory: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for about in advisory.get("affected") or ():
        if (about.get("package") or {}).get("ecosystem") == "PyPI":
            yield about


def _is_affected(text: str, about: Mapping[str, Any]) -> bool:
    version = _version(text)
    if version is None or text in (about.get("versions") or ()):
        # Of what cannot be ordered nobody knows that it is safe.
        return True
    if any(_version(each) == version for each in about.get("versions") or ()):
        return True
    ranges = [each for each in about.get("ranges") or () if each.get("type") == "ECOSYSTEM"]
    return any(_is_in(version, each.get("events") or ()) for each in ranges)


def _is_in(version: Version, events: Iterable[Mapping[str, str]]) -> bool:
    """Return whether a version lies in a range: events in their order turn it on and off."""
    steps = []
    for event in events:
        for kind, text in event.items():
            at = Version("0.dev0") if text == "0" else _version(text)
            if at is None:
                return True
            steps.append((at, kind))
    is_in = False
    for at, kind in sorted(steps, key=lambda step: (step[0], step[1] != "introduced")):
        if kind == "introduced" and version >= at:
            is_in = True
        elif (kind == "fixed" and version >= at) or (kind == "last_affected" and version > at):
            is_in = False
    return is_in


def _version(text: str) -> Version | None:
    try:
        # What a build adds to a version, as 2.9.0+cpu has it, changes nothing of its faults.
        return Version(Version(text).public)
    except InvalidVersion:
        return None


if __name__ == "__main__":
    sys.exit(main())

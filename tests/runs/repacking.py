"""Projects of which something was changed, packed again."""

import hashlib
import io
import json
import zipfile

from fairmoe.names import METRICS


def repacked(content, change, method=zipfile.ZIP_DEFLATED):
    """Return a project whose members were changed, the digests of its index made right again."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    index = json.loads(members.pop("project.json"))
    change(members, index)
    for name in index.get("sha256", {}):
        if name in members:
            index["sha256"][name] = hashlib.sha256(members[name]).hexdigest()
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, member in (members | {"project.json": json.dumps(index).encode()}).items():
            archive.writestr(name, member)
    return out.getvalue()


def deep(place, value):
    def change(_, index):
        inner = index
        for key in place[:-1]:
            inner = inner[key]
        inner[place[-1]] = value

    return change


FIT = {
    "method": "adversarial",
    "setting": 1.0,
    "criterion": "demographic_parity",
    "validation": dict.fromkeys(METRICS, 0.5) | {"f_proc": None},
    "test": dict.fromkeys(METRICS, 0.5),
}


def fit(**changes):
    return deep(["peers"], [FIT | changes])


def raw(content, old, new):
    assert old in content
    return content.replace(old, new)

"""Projects: what is put in comes out, and what strangers put in is told of in one sentence."""

import dataclasses
import hashlib
import io
import json
import os
import zipfile

import numpy as np
import pytest

from fairmoe.data import ReadOptions, read_table
from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS
from fairmoe.runs import (
    Notes,
    Project,
    ProjectRun,
    ProjectTable,
    check_vacant,
    load_project,
    load_run,
    open_project,
    read_project,
    save_project,
    save_run,
    write_project,
)
from tests.runs.conftest import ROLES

CSV = b"id,hired,sex,age\np1,yes,f,30\np2,no,m,50\np3,yes,m,41\n"
OPTIONS = ReadOptions(kinds={"age": "category"}, missing={"": ("-",)})
NOTES = Notes(title="T", notes="Formeln =1+1\nund Ærø", decision="approved", reviewer="R")


@pytest.fixture(scope="module")
def project(run):
    other = dataclasses.replace(run, run_id="ef56")
    table = ProjectTable(
        "applicants.csv", hashlib.sha256(CSV).hexdigest(), OPTIONS, ROLES, content=CSV
    )
    runs = (ProjectRun(run, "Ærø", "Because.", NOTES), ProjectRun(other, "Run 2"))
    return Project(runs, 1, table, 0.05)


@pytest.fixture(scope="module")
def content(project):
    return write_project(project)


def test_a_project_comes_out_as_it_went_in(project, content):
    opened = read_project(content)
    assert (opened.shown, opened.tolerance, opened.table) == (1, 0.05, project.table)
    assert read_table(opened.table.content, options=opened.table.options).sha256 == (
        opened.table.sha256
    )
    for one, other in zip(project.runs, opened.runs, strict=True):
        assert (one.name, one.reason, one.notes) == (other.name, other.reason, other.notes)
        assert one.run.run_id == other.run.run_id
        np.testing.assert_equal(other.run.scores, one.run.scores)
    assert write_project(opened) == content


def test_without_the_table_no_cell_of_it_is_in_the_file(project):
    table = dataclasses.replace(project.table, content=None)
    content = write_project(dataclasses.replace(project, table=table))
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        inside = b"".join(archive.read(name) for name in archive.namelist())
    assert b"p1,yes" not in inside
    opened = read_project(content)
    assert (opened.table.sha256, opened.table.content) == (table.sha256, None)


def test_a_project_may_hold_no_run_yet(project, tmp_path):
    empty = Project(table=project.table)
    save_project(empty, tmp_path / "x.fairmoe")
    opened = load_project(tmp_path / "x.fairmoe")
    assert (opened.runs, opened.shown, opened.table) == ((), None, project.table)
    with pytest.raises(InvalidInputError, match="has none yet"):
        load_run(tmp_path / "x.fairmoe")


def test_a_run_is_kept_in_either_form_and_opened_alike(run, tmp_path):
    for name in ("run", "run.fairmoe"):
        save_run(run, tmp_path / name)
        assert load_run(tmp_path / name).run_id == run.run_id
        with pytest.raises(InvalidInputError, match=r"holds files already|is there already"):
            check_vacant(tmp_path / name)
    assert open_project(tmp_path / "run").runs[0].name == "run"
    assert {path.name for path in tmp_path.iterdir()} == {"run", "run.fairmoe"}


def test_the_shown_run_is_the_one_that_is_loaded(content, tmp_path):
    (tmp_path / "x.fairmoe").write_bytes(content)
    assert load_run(tmp_path / "x.fairmoe").run_id == "ef56"


def test_nothing_is_left_of_a_project_that_cannot_be_written(project, tmp_path, monkeypatch):
    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(InvalidInputError, match="the disk is full"):
        save_project(project, tmp_path / "x.fairmoe")
    assert list(tmp_path.iterdir()) == []


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


def test_a_record_that_was_changed_is_known_by_its_digest(content):
    """Also where it would open as it is."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    members["runs/0/run.json"] = raw(
        members["runs/0/run.json"], b'"device": "cpu"', b'"device": "x"'
    )
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    with pytest.raises(InvalidInputError, match=r"'runs/0/run\.json' is missing or was changed"):
        read_project(out.getvalue())


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


def test_fits_of_others_come_out_as_they_went_in(content):
    opened = read_project(repacked(content, fit()))
    (peer,) = opened.peers
    assert (peer.method, peer.setting, peer.criterion) == ("adversarial", 1.0, "demographic_parity")
    assert np.isnan(peer.validation["f_proc"])
    assert dict(read_project(write_project(opened)).peers[0].test) == dict(peer.test)


INDEX = {
    "of a later version": deep(["format"], 3),
    "of version 0": deep(["format"], 0),
    "of no version": deep(["format"], "1"),
    "with a name of nothing": deep(["runs", 0, "name"], ""),
    "with a name of 1000 letters": deep(["runs", 0, "name"], "x" * 1000),
    "with notes of a megabyte": deep(["runs", 0, "notes", "notes"], "x" * 2**20),
    "with notes of another kind": deep(["runs", 0, "notes"], {"script": "x"}),
    "with another decision": deep(["runs", 0, "notes", "decision"], "maybe"),
    "with more runs": lambda _, index: index["runs"].append(index["runs"][0]),
    "with fewer runs": lambda _, index: index["runs"].pop(),
    "without runs but one shown": deep(["runs"], []),
    "with a thousand runs": lambda _, index: index.update(runs=index["runs"] * 500),
    "with none shown": deep(["shown"], None),
    "with another shown": deep(["shown"], 2),
    "with shown of before": deep(["shown"], -1),
    "with a tolerance beyond": deep(["tolerance"], 2),
    "with a tolerance of text": deep(["tolerance"], "0.1"),
    "with a table of other bytes": lambda members, _: members.update(table=b"a,b\n1,2\n"),
    "with a table that is not told of": deep(["table"], None),
    "with a table that is not there": lambda members, _: members.pop("table"),
    "with a table left out but in": deep(["table", "included"], False),
    "with options of another kind": deep(["table", "options", "kinds"], {"age": "secret"}),
    "with roles of another kind": deep(["table", "roles", "sensitive"], []),
    "without digests": deep(["sha256"], {}),
    "with another digest": deep(["sha256"], {"../../etc/passwd": "0" * 64}),
    "without a record": lambda members, _: members.pop("runs/0/run.json"),
    "without weights": lambda members, _: members.pop("runs/0/model.safetensors"),
    "with other weights": lambda members, _: members.update(
        {"runs/0/model.safetensors": members["runs/0/model.safetensors"][:-1] + b"\1"}
    ),
    "with two runs of one id": lambda members, _: members.update(
        {k.replace("/0/", "/1/"): v for k, v in members.items() if "/0/" in k}
    ),
    "with a file more": lambda members, _: members.update({"runs/0/x.py": b"print()"}),
    "with a fit of no method": fit(method="magic"),
    "with a fit of another criterion": fit(criterion="luck"),
    "with a fit of a setting beyond": fit(setting=1e9),
    "with a fit of a score beyond": fit(test=dict.fromkeys(METRICS, 3.0)),
    "with a fit of fewer scores": fit(test={"acc": 0.5}),
    "with a fit that holds more": fit(script="x"),
    "with fits in the first format": lambda _, index: index.update(format=1, peers=[FIT]) and None,
    "with a thousand fits": deep(["peers"], [FIT] * 1000),
    "with a path upwards": lambda members, _: members.update({"../x": b"x"}),
    "with a path of the root": lambda members, _: members.update({"/etc/passwd": b"x"}),
    "with a thousand files": lambda members, _: members.update({f"{i}": b"" for i in range(2000)}),
}


def raw(content, old, new):
    assert old in content
    return content.replace(old, new)


def liar(content):
    """Return a project that says that a member of 8 MiB holds 10 bytes."""
    content = repacked(content, lambda m, _: m.update(table=b"\0" * 2**23))
    return raw(content, (2**23).to_bytes(4, "little"), (10).to_bytes(4, "little"))


def no_text(content):
    """Return a project of which a member's own name says that it is UTF-8, and is not."""
    place = content.index(b"PK\3\4")
    flags = bytearray(content)
    flags[place + 7] |= 8
    flags[place + 30] = 0xFF
    entry = content.index(b"PK\1\2")
    flags[entry + 9] |= 8
    return bytes(flags)


def many_entries(number):
    entry = b"PK\1\2" + bytes([20, 0, 20]) + bytes(21) + b"\4" + bytes(17) + b"name"
    entries = entry * number
    end = b"PK\5\6" + bytes(8) + len(entries).to_bytes(4, "little") + bytes(6)
    return entries + end


BYTES = {
    "empty": lambda _: b"",
    "no zip": lambda _: b"PK\3\4" + b"\0" * 100,
    "cut short": lambda content: content[: len(content) // 2],
    "of zeros": lambda _: b"\0" * 2**16,
    "locked": lambda content: b"".join(
        part[:4] + b"\1" + part[5:] if i else part
        for i, part in enumerate(content.split(b"PK\1\2"))
    ).replace(b"\x14\0\1", b"PK\1\2\x14\x03\x14\0\1"),
    "of another way to pack": lambda c: repacked(c, lambda *_: None, zipfile.ZIP_LZMA),
    "that lies of sizes": liar,
    "with a list that is elsewhere": lambda c: c[:-6] + b"\0\0\0\x10" + c[-2:],
    "with a name that is no text": no_text,
}


def test_a_bomb_is_not_unpacked(content, monkeypatch):
    packed = repacked(content, lambda members, _: members.update(table=b"\0" * 2**22))
    monkeypatch.setattr("fairmoe.runs.archive.MAX_BYTES", 2**22)
    monkeypatch.setattr(zipfile.ZipFile, "open", None)
    refused(packed)


def test_a_list_of_many_entries_is_not_read(monkeypatch):
    """It would take ten times its bytes."""
    packed = many_entries(2**17)
    monkeypatch.setattr(zipfile, "ZipFile", None)
    refused(packed)


def test_packing_again_is_no_damage(content):
    assert read_project(repacked(content, lambda *_: None)).shown == 1


@pytest.mark.parametrize("kind", INDEX)
def test_a_changed_index_is_refused_in_one_sentence(content, kind):
    refused(repacked(content, INDEX[kind]))


@pytest.mark.parametrize("kind", BYTES)
def test_bytes_that_are_no_project_are_refused_in_one_sentence(content, kind):
    refused(BYTES[kind](content))


@pytest.mark.parametrize("text", [b"", b"[]", b"7", b"{", b'{"format": NaN}', b"[" * 10**5])
def test_an_index_that_is_none_is_refused_in_one_sentence(text):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("project.json", text)
    refused(out.getvalue())


@pytest.mark.parametrize("place", ["missing", "folder", "pipe", "device", "large"])
def test_only_plain_files_are_opened(tmp_path, place):
    path = tmp_path / "x.fairmoe"
    if place == "folder":
        path.mkdir()
    elif place == "pipe":
        os.mkfifo(path)
    elif place == "device":
        path.symlink_to("/dev/zero")
    elif place == "large":
        path.touch()
        os.truncate(path, 2**33)
    with pytest.raises(InvalidInputError) as caught:
        load_project(path)
    assert "x.fairmoe" in str(caught.value)


def refused(content):
    with pytest.raises(InvalidInputError) as caught:
        read_project(content)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)

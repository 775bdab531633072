"""Projects that strangers made: what is wrong with each is told of in one sentence."""

import io
import zipfile

import pytest

from fairmoe.errors import InvalidInputError
from fairmoe.names import METRICS
from fairmoe.runs import load_project, read_project
from tests.odd_places import ODD_PLACES
from tests.runs.repacking import FIT, deep, fit, raw, repacked

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


@pytest.mark.parametrize("place", ODD_PLACES)
def test_only_plain_files_are_opened(tmp_path, place):
    path = tmp_path / "x.fairmoe"
    ODD_PLACES[place](path)
    with pytest.raises(InvalidInputError) as caught:
        load_project(path)
    assert "x.fairmoe" in str(caught.value)


def refused(content):
    with pytest.raises(InvalidInputError) as caught:
        read_project(content)
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)

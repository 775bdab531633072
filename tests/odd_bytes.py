"""Files that are odd as bytes: encodings, archives, damage."""

import gzip
import io
import random
import zipfile
from collections.abc import Iterator

import numpy as np
import pandas as pd

from tests.odd_table import MARK, N_ROWS, plain, text_of


def broken_text() -> Iterator[tuple[str, bytes]]:
    text = text_of(plain())
    lines = text.splitlines()
    yield "a row too long", "\n".join([*lines[:9], lines[9] + f",{MARK}", *lines[10:]]).encode()
    yield "a row too short", "\n".join([*lines[:9], f"{MARK},1", *lines[10:]]).encode()
    yield "a last row too short", "\n".join([*lines, f"{MARK},1,2"]).encode()
    yield "a quote that stays open", "\n".join([*lines[:9], f'"{MARK},1,2,3,4,5']).encode()
    yield "a quote within", text.replace(f"{MARK} North", f'{MARK} 5" North').encode()
    yield "a NUL", text.replace("East", "Ea\0st").encode()
    yield "many NULs", text.encode().replace(b" ", b"\0")
    yield "nothing", b""
    yield "blanks", b" \n\t\n  \n"
    yield "one letter", b"x"
    yield "one line", lines[0].encode()
    yield "one column", "\n".join(line.split(",")[0] for line in lines).encode()
    yield "a web page", f"<!DOCTYPE html><html><body>{MARK}</body></html>".encode()
    yield "JSON", plain().to_json().encode()
    yield "JSON by lines", plain().to_json(orient="records", lines=True).encode()
    yield "aligned by blanks", plain().to_string(index=False).encode()
    yield "a picture", b"\x89PNG\r\n\x1a\n" + bytes(200)
    yield "a PDF", b"%PDF-1.7\n" + bytes(range(256))
    rng = np.random.default_rng(2)
    for size in (3, 100, 5000):
        yield f"{size} bytes of noise", rng.integers(0, 256, size).astype("uint8").tobytes()


def encoded() -> Iterator[tuple[str, bytes]]:
    words = {
        "cp1252": "Köln é ß",
        "cp1250": "Łódź Gdańsk Częstochowa",
        "cp1251": "Москва Казань",
        "cp1253": "Αθήνα Θεσσαλονίκη",
        "cp1254": "Şırnak İstanbul ğ",
        "cp1256": "القاهرة الرياض",
        "gb18030": "北京市 上海",
        "big5": "臺北市 高雄",
        "cp932": "東京都 大阪",
        "cp949": "서울특별시 부산",
        "koi8_r": "Москва Казань",
        "mac_roman": "Köln é ß",
        "cp437": "Köln é ß",
        "utf-8-sig": "Köln Łódź 北京市",
        "utf-16": "Köln Łódź 北京市",
        "utf-16-le": "Köln Łódź 北京市",
        "utf-16-be": "Köln Łódź 北京市",
        "utf-32": "Köln Łódź 北京市",
    }
    for encoding, word in words.items():
        frame = plain()
        frame["city"] = [f"{MARK} {word}"] * N_ROWS
        yield f"encoded in {encoding}", text_of(frame).encode(encoding)
    yield "two encodings", text_of(plain()).encode() + "Łódź,1,2,3,Łódź,x\n".encode("cp1250")


def packed() -> Iterator[tuple[str, bytes]]:
    content = text_of(plain()).encode()
    yield "gzip", gzip.compress(content)
    yield "gzip twice", gzip.compress(gzip.compress(content))
    yield "gzip of nothing", gzip.compress(b"")
    yield "Parquet", _parquet(plain())
    yield "Parquet with an index", _parquet(plain().set_index("city"))
    yield "Parquet with dates", _parquet(plain().assign(day=pd.date_range("2015", periods=N_ROWS)))
    yield (
        "Parquet with a zone",
        _parquet(plain().assign(day=pd.date_range("2015", periods=N_ROWS, tz="Asia/Tokyo"))),
    )
    yield "Parquet with lists", _parquet(plain().assign(odd=[[1]] * N_ROWS))
    yield "Parquet with bytes", _parquet(plain().assign(odd=[b"\xff"] * N_ROWS))
    yield (
        "Parquet with times",
        _parquet(plain().assign(odd=pd.to_timedelta(np.arange(N_ROWS), unit="h"))),
    )
    yield "Parquet without rows", _parquet(plain().head(0))
    for count in (0, 1, 2):
        yield f"ZIP of {count}", zip_of({f"{i}.csv": content for i in range(count)})
    yield "ZIP of a ZIP", zip_of({"a.zip": zip_of({"a.csv": content})})
    yield "ZIP of a picture", zip_of({"a.csv": b"\x89PNG" + bytes(200)})


def damaged() -> Iterator[tuple[str, bytes]]:
    draw = random.Random(3)
    wholes = {
        "CSV": text_of(plain()).encode(),
        "gzip": gzip.compress(text_of(plain()).encode(), mtime=0),
        "ZIP": zip_of({"a.csv": text_of(plain()).encode()}),
        "Parquet": _parquet(plain()),
    }
    for name, whole in wholes.items():
        for i in range(24 if name == "Parquet" else 12):
            broken = bytearray(whole)
            for _ in range(3):
                broken[draw.randrange(len(broken))] = draw.randrange(256)
            yield f"{name}, damaged, {i}", bytes(broken)
            yield f"{name}, cut, {i}", whole[: draw.randrange(1, len(whole))]


def _parquet(frame: pd.DataFrame) -> bytes:
    content = io.BytesIO()
    frame.to_parquet(content)
    return content.getvalue()


def zip_of(members: dict[str, bytes]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return content.getvalue()

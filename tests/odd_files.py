"""A few hundred odd files: one table in ways that people's files come, whole and damaged."""

import csv
import gzip
import io
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from tests.odd_bytes import broken_text, damaged, encoded, packed, zip_of
from tests.odd_table import MARK, N_ROWS, plain, text_of

ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def odd_files() -> dict[str, bytes]:
    """Return all files by name."""
    files: dict[str, bytes] = {}
    for make in (_dressed, _numbers, _columns, _named, broken_text, encoded, packed, damaged):
        for name, content in make():
            assert name not in files
            files[name] = content
    return files


def bombs() -> dict[str, bytes]:
    """Return small files that ask for more memory than there is."""
    letters, zeros = bytes(1 << 20), np.zeros(40_000_000, np.int8)
    inflated = b"".join([gzip.compress(letters, mtime=0)] * 3000)
    table = pa.table(dict.fromkeys(("sex", "age", "hired"), zeros))
    content = io.BytesIO()
    pq.write_table(table, content)
    return {
        "gzip of 3 GiB": inflated,
        "ZIP of 300 MiB": zip_of({"a.csv": bytes(300 << 20)}),
        "Parquet of 120 million cells": content.getvalue(),
    }


def _dressed() -> Iterator[tuple[str, bytes]]:
    for sign in ",;\t|":
        text = text_of(plain(), sign)
        first, *rows = text.splitlines()
        width = first.count(sign)
        empty = sign * width
        dresses = {
            "as it is": text,
            "sep line": f"sep={sign}\n{text}",
            "comment": f"# {MARK}\n{text}",
            "title": f"{MARK} report{empty}\n{empty}\n{text}",
            "title alone": f"{MARK} report\n\n{text}",
            "units": f"{first}\n{sign.join(['-', 'years', 'EUR', 'points', '-', '-'])}\n"
            + "\n".join(rows),
            "totals": f"{text}Total{sign}1{sign}2{sign}3{sign}{sign}\n",
            "note": f"{text}\n{MARK} says the source\n",
            "index": "\n".join(f"{i or ''}{sign}{line}" for i, line in enumerate([first, *rows])),
            "index of R": "\n".join([first, *(f"{i}{sign}{line}" for i, line in enumerate(rows))]),
            "trailing": text.replace("\n", f"{sign}\n"),
            "blank rows": text.replace("\n", f"\n\n{empty}\n"),
            "CRLF": text.replace("\n", "\r\n"),
            "CR": text.replace("\n", "\r"),
            "all quoted": text_of(plain(), sign, csv.QUOTE_ALL),
            "blanks around": text.replace(sign, f" {sign} "),
            "no line end": text.rstrip("\n"),
        }
        for name, dress in dresses.items():
            yield f"{name}, parted by {sign!r}", dress.encode()


def _numbers() -> Iterator[tuple[str, bytes]]:
    writes = {
        "German": lambda v: f"{v:,.2f}".translate(str.maketrans(",.", ".,")),
        "American": lambda v: f"{v:,.2f}",
        "whole German": lambda v: f"{v:,.0f}".replace(",", "."),
        "narrow blanks": lambda v: f"{v:,.0f}".replace(",", "\u202f"),
        "apostrophes": lambda v: f"{v:,.0f}".replace(",", "’"),
        "dollars": lambda v: f"${v:,.2f}",
        "euros": lambda v: f"{v:.2f} €".replace(".", ","),
        "percent": lambda v: f"{v % 100:.0f}%",
        "brackets": lambda v: f"({v:.0f})",
        "true minus": lambda v: f"−{v:.1f}",
        "Arabic": lambda v: f"{v:.0f}".translate(ARABIC),
        "powers": lambda v: f"{v:.3e}",
        "infinite": lambda v: "inf" if v < 20_000 else f"{v}",
        "absurd": lambda v: "1e308" if v < 20_000 else f"{v}",
        "hexadecimal": lambda v: hex(int(v)),
        "leading zeros": lambda v: f"{int(v):08}",
        "two signs": lambda v: f"{v:.1f}" if v < 20_000 else f"{v:.1f}".replace(".", ","),
        "two units": lambda v: f"${v:.0f}" if v < 20_000 else f"{v:.0f} €",
        "superscripts": lambda v: f"{v:.0f}²",
        "fractions": lambda v: f"{v:.0f}½",
        "full width": lambda v: "".join(chr(ord(c) + 0xFEE0) for c in f"{v:.0f}"),
        "ranges": lambda v: f"{v:.0f}-{v + 1:.0f}",
        "bounds": lambda v: f">{v:.0f}",
        "beyond 64 bits": lambda v: f"{v:.0f}00000000000000000000",
    }
    for name, write in writes.items():
        frame = plain()
        frame["income"] = [write(float(value)) for value in frame["income"]]
        yield f"numbers: {name}", text_of(frame).encode()
        yield f"numbers: {name}, by semicolons", text_of(frame, ";").encode()


def _columns() -> Iterator[tuple[str, bytes]]:
    rng = np.random.default_rng(1)
    every = np.arange(N_ROWS)
    days = pd.to_datetime("2015-01-01") + pd.to_timedelta(37 * every, unit="D")
    columns: dict[str, object] = {
        **{
            f"missing as {mark}": np.where(every % 5 == 0, mark, every.astype(str))
            for mark in ["-", ".", "None", "n.d.", "#DIV/0!", "unknown", "NULL", "", "?", "  "]
        },
        **{
            f"dates as {form}": days.strftime(form)
            for form in ["%Y-%m-%d", "%d/%m/%Y", "%m/%d/%y", "%d.%m.%Y %H:%M", "%d %b %Y", "%Y%m%d"]
        },
        "times": days.strftime("%H:%M:%S"),
        "dates of which one is none": [f"{MARK}", *days.strftime("%Y-%m-%d")[1:]],
        "dates far away": [f"{1 + i:04}-01-01" for i in every],
        "sentinels": np.where(every % 5 == 0, 999, every % 50),
        "long texts": [f"{MARK} {i} is a text of many words" for i in every],
        "texts of many lines": [f"{MARK}\n{i}\n\nmore" for i in every],
        "a level per row": [f"{MARK}{i}" for i in every],
        "empty": [""] * N_ROWS,
        "constant": [f"{MARK}"] * N_ROWS,
        "numbers and few texts": [f"{MARK}" if i == 7 else i for i in every],
        "numbers and many texts": [f"{MARK}{i}" if i % 3 == 0 else i for i in every],
        "spellings": [f"{MARK}", f"{MARK.upper()} ", f" {MARK}"] * (N_ROWS // 3),
        "booleans": ["TRUE", "FALSE"] * (N_ROWS // 2),
        "formulas": [f'=CMD("{MARK}{i}")' for i in every],
        "markup": [f"<script>{MARK}{i % 3}</script>" for i in every],
        "pictures": [f"{MARK}👩‍👩‍👧{i % 3}" for i in every],
        "right to left": [f"\u202e{MARK}{i % 3}\u202c" for i in every],
        "control signs": [f"{MARK}\x1b[31m{i % 3}" for i in every],
        "combining signs": [f"{MARK}e\u0301" if i % 2 else f"{MARK}é" for i in every],
        "quotes": [f'{MARK} "{i % 3}" said' for i in every],
        "a long cell": [f"{MARK}" * 20_000 if i == 3 else f"{MARK}" for i in every],
        "wards": [["01", "02", "0A"][i] for i in rng.integers(0, 3, N_ROWS)],
    }
    for name, cells in columns.items():
        yield f"column: {name}", text_of(plain().assign(odd=cells)).encode()
    frame = plain()
    frame["hired"] = np.where(frame["hired"] == f"{MARK} yes", "1.0", "0.0")
    yield "target of numbers", text_of(frame).encode()
    yield "target of three values", text_of(frame.assign(hired=["a", "b", "c"] * 20)).encode()
    yield "one group", text_of(plain().assign(sex=f"{MARK}")).encode()
    yield "groups of one", text_of(plain().assign(sex=[f"{MARK}{i}" for i in every])).encode()
    for name, width in (("wide", 900), ("too wide", 1000)):
        more = pd.DataFrame({f"c{i}": every for i in range(width)})
        yield name, text_of(pd.concat([plain(), more], axis=1)).encode()


def _named() -> Iterator[tuple[str, bytes]]:
    text = text_of(plain())
    names = {
        "two alike": "sex,age,age,skill,city,hired",
        "two blank": "sex,age,,,city,hired",
        "years": "sex,2019,2020,skill,city,hired",
        "numbers": "0,1,2,3,4,5",
        "numbers and names": "sex,7,income,skill,city,hired",
        "of many lines": '"sex\nof person",age,income,skill,city,hired',
        "of pandas": "sex,age,income,Unnamed: 3,city,hired",
        "with blanks": " sex , age , income , skill , city , hired ",
        "with markup": "<b>sex</b>,$age$,**income**,`skill`,city,hired",
        "of other scripts": "性別,возраст,εισόδημα,مهارة,city,hired",
        "with an equals sign": "sex=x,age=y,income,skill,city,hired",
        "with control signs": "sex\x1b[31m,age\x07,income,skill,city,hired",
        "very long": f"{'sex' * 5000},age,income,skill,city,hired",
    }
    for name, first in names.items():
        yield f"names: {name}", (first + text[text.index("\n") :]).encode()
    yield "no names", text[text.index("\n") + 1 :].encode()
    yield "names alone", text[: text.index("\n") + 1].encode()
    yield "two rows of names", ("who,,what,,,\n" + text).encode()

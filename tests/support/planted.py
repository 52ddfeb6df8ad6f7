"""What is planted to see whether it leaks: invented names, numbers, days, addresses and phrases, and every form to look for."""

from __future__ import annotations

import base64
import gzip
import json
import os
import zlib
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from urllib.parse import quote

from commands.base import Command
from domain.event import Event
from domain.personal import Personal
from infra.cli.kinds import params
from infra.cli.param import Param

NAME = "Wubbechien Žofia Oosterplantinga"
BORN = "1931-07-19"
NUMBER = "739562824"
CONTACT = "06-84213977, Dwaalsteegje 8127 te Zwaluwnestum"
PHRASE = "kwelderbraam in de zwaluwtil"
TEXT = f"{PHRASE}; {NAME}, {BORN}, {NUMBER}, {CONTACT}"
PASSWORD = "Vlierknotwilg-77"

STEMS = (
    "Wubbechien", "Žofia", "Oosterplantinga", BORN, "19-07-1931", NUMBER, "84213977", "Dwaalsteegje", "Zwaluwnestum",
    "kwelderbraam", "zwaluwtil", PASSWORD,
)  # fmt: skip
"""Each is to be found nowhere, alone or with the others."""
LONG = 8
"""So many bytes a stem must have to be told from chance where it is encoded."""


def by_name(param: Param) -> str:
    """What is typed for an option that asks a text."""
    known = {"birth_date": BORN, "number": NUMBER, "contact": CONTACT}
    return known.get(param.name, NAME if param.kind == "line" else TEXT)


def sown(event: Event) -> Event:
    """The event with something planted in each of its sealed fields."""
    known = {"name": NAME, "birth_date": BORN, "number": NUMBER, "contact": CONTACT}
    texts = {n: getattr(event, n) for n in event.personal_fields()}
    made = {n: Personal(subject=p.subject, text=known.get(n, TEXT)) for n, p in texts.items() if p is not None}
    return event.model_copy(update=made)


def texts_of(command: type[Command]) -> list[Param]:
    """What a command asks that is about a person."""
    return [p for p in params(command) if p.kind in ("text", "line")]


@cache
def needles() -> Mapping[bytes, str]:
    """Every form to look for, in small letters where case may differ, with what it is."""
    found: dict[bytes, str] = {}
    for stem in STEMS:
        for form, needle in _forms(stem):
            found.setdefault(needle, f"{stem!r} as {form}")
    return found


def _forms(stem: str) -> Iterator[tuple[str, bytes]]:
    raw = stem.encode()
    yield "text", raw.lower()
    yield "UTF-16", stem.encode("utf-16-le").lower()
    yield "UTF-16, big end first", stem.encode("utf-16-be").lower()
    yield "Latin-2", stem.encode("iso8859-2").lower()
    yield "JSON", json.dumps(stem)[1:-1].encode().lower()
    yield "an address", quote(stem).encode().lower()
    yield "escapes", stem.encode("ascii", "backslashreplace").lower()
    yield "bytes of Python", repr(raw)[2:-1].encode().lower()
    if len(raw) >= LONG:
        yield "hexadecimal", raw.hex().encode()
        yield "backwards", raw.lower()[::-1]


@cache
def encoded() -> Mapping[bytes, str]:
    """Base64 at each of its three offsets: what comes before and after a stem touches its first and last letters."""
    found = {}
    for stem in STEMS:
        raw = stem.encode()
        for form in {raw, raw.lower(), raw.upper()} if len(raw) >= LONG else ():
            for offset in range(3):
                begin, end = (4 if offset else 0), len(base64.b64encode(b"." * offset + form).rstrip(b"=")) // 4 * 4
                core = base64.b64encode(b"." * offset + form)[begin:end]
                for each in (core, core.translate(bytes.maketrans(b"+/", b"-_"))):
                    found[each] = f"{stem!r} as base64"
    return found


def in_bytes(data: bytes, where: str) -> list[str]:
    """What is found in these bytes, and where."""
    small = data.lower()
    found = [f"{where}: {what} ({_around(data, small.find(needle))})" for needle, what in needles().items() if needle in small]
    found += [f"{where}: {what} ({_around(data, data.find(needle))})" for needle, what in encoded().items() if needle in data]
    if data[:2] == b"\x1f\x8b":
        try:
            found += in_bytes(gzip.decompress(data), f"{where}, unpacked")
        except (EOFError, zlib.error, gzip.BadGzipFile):
            found.append(f"{where}: can't be unpacked")
    return found


def _around(data: bytes, at: int) -> str:
    return repr(data[max(0, at - 60) : at + 40])


def in_text(text: str, where: str) -> list[str]:
    """What is found in something that was printed."""
    return in_bytes(text.encode("utf-8", "surrogateescape"), where)


def in_folder(folder: Path) -> list[str]:
    """What is found in the files of a folder, in their names, and in what their file system keeps beside them."""
    found = []
    for path in sorted(folder.rglob("*")):
        found += in_text(str(path.relative_to(folder)), "a file's name")
        if path.is_symlink():
            found += in_text(str(path.readlink()), f"{path.name}, where it leads")
        elif path.is_file():
            found += in_bytes(path.read_bytes(), str(path.relative_to(folder)))
            found += [hit for name in os.listxattr(path) for hit in in_bytes(os.getxattr(path, name), f"{path.name}, {name}")]
    return found

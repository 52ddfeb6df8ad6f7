"""For whom a text is meant when nobody says so, read once from the file beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from domain.audience import AUDIENCES, Usual

HERE = Path(__file__).parent


@cache
def usual() -> tuple[Usual, ...]:
    """The usual audiences in force. `ValueError` naming the first word in the file that says nothing."""
    return read_usual((HERE / "audience.toml").read_bytes())


def read_usual(data: bytes) -> tuple[Usual, ...]:
    """In: the bytes of the file. Out: each rule of it. `ValueError` for an audience or a column that there is not."""
    found = []
    for body in tomllib.loads(data.decode())["usual"]:
        for word, known in ((body["audience"], AUDIENCES), *((c, COLUMNS) for c in body["columns"])):
            if word not in known:
                raise ValueError(f"audience: {word} says nothing here")
        found.append(Usual(frozenset(body["columns"]), frozenset(body["fields"]), body["audience"]))
    return tuple(found)


COLUMNS = ("care", "safety", "governance", "informal")

"""Who may hold a citizen service number, read once from the file beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path

from domain.identity import NumberHolders

HERE = Path(__file__).parent


@cache
def number_holders() -> NumberHolders:
    """Who may, as it is in force."""
    body = tomllib.loads((HERE / "identity.toml").read_text(encoding="utf-8"))["citizen-number"]
    return NumberHolders(frozenset(body["columns"]), frozenset(body["also"]), frozenset(body["without"]))

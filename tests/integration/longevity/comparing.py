"""Holds what is told today against what was told then: all that was told must be the same; what is told since is listed."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from infra.readmodels.tracing import WHOLE
from tests.golden.files import told
from tests.golden.story import Player

ADDED: Mapping[str, list[str]] = tomllib.loads(Path(__file__).with_name("added.toml").read_text(encoding="utf-8"))


def differences(then: Any, now: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Where two answers differ: the path, and how. Out: `added` for what was not told then, else what was told, and is now."""
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted(then.keys() | now.keys()):
            if key not in then:
                yield f"{path}.{key}", "added"
            elif key not in now:
                yield f"{path}.{key}", "told no longer"
            else:
                yield from differences(then[key], now[key], f"{path}.{key}")
    elif isinstance(then, list) and isinstance(now, list):
        if all(isinstance(each, str) for each in (*then, *now)):
            then, now = sorted(then), sorted(now)  # a set of codes comes in any order
        if len(then) != len(now):
            yield path, f"{len(then)} then, {len(now)} now"
        for number, (one, other) in enumerate(zip(then, now, strict=False)):
            yield from differences(one, other, f"{path}[{number}]")
    elif then != now:
        yield path, f"{then!r} then, {now!r} now"


def listed(command: str, path: str) -> str | None:
    """The entry of `added.toml` by which a path may be new; None where there is none. `*` stands for any one name."""
    shape = re.sub(r"\[\d+\]", "", path).lstrip(".").split(".")
    for entry in ADDED.get(command, ()):
        names = entry.split(".")
        if len(names) == len(shape) and all(name in ("*", each) for name, each in zip(names, shape, strict=True)):
            return entry
    return None


def compare(player: Player, release: str, kind: str, only: Collection[str] = ()) -> tuple[list[str], set[tuple[str, str]]]:
    """Ask today's program what the program of a release told: all of it, or by these commands alone. Out: what is not as it
    was, and which entries were needed.
    """
    wrong, needed = [], set()
    for line, rows in told(release, kind):
        if only and line.typed.split()[0] not in only:
            continue
        now = player(line)
        if now.code:
            wrong.append(f"{line.typed}: {now.said}")
            continue
        command = line.typed.split()[0]
        found = now.rows
        if line.typed.startswith("access log"):  # copies of the whole store are told of with each case since
            found = [row for row in found if row["what"] not in WHOLE or row in rows]
        for path, how in differences(rows, found):
            entry = listed(command, path) if how == "added" else None
            if entry is None:
                wrong.append(f"{line.typed}: {path} {how}")
            else:
                needed.add((command, entry))
    return wrong, needed

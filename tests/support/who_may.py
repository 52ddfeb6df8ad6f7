"""Reads docs/reference/who-may.md: for each class of action who may it, as a person wrote it down."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "who-may.md"
LETTERS = {
    "C": "coordinator", "P": "professional", "F": "privacy", "A": "auditor", "R": "reporting", "M": "administrator",
}  # fmt: skip
RELATIONS = {
    "own": "own", "table": "table", "asked": "asked", "former": "former", "other": "other", "nobody's": "none",
}  # fmt: skip
NO = "\N{EN DASH}"
NOBODY: frozenset[str] = frozenset()
EVERYBODY = frozenset(LETTERS.values())


@dataclass(frozen=True)
class Row:
    """One class of action as the page has it: functions by relation, and on an own case that is frozen, anonymous, restricted.

    `only_named`: a restricted case is for who is named or cleared. `anyone`: no place on a roster is asked.
    """

    name: str
    may: Mapping[str, frozenset[str]]
    frozen: frozenset[str] = NOBODY
    anonymous: frozenset[str] = NOBODY
    restricted: frozenset[str] = NOBODY
    only_named: bool = False
    agreement: bool = False
    glass: frozenset[str] = NOBODY
    before: bool = False
    anyone: bool = False
    near: str = "own"
    """The relation that the columns after the relations are about."""


@dataclass(frozen=True)
class Page:
    """The whole page: a row for each class, what each purpose covers and is usual for, and what is of which class."""

    rows: Mapping[str, Row]
    covers: Mapping[str, frozenset[str]]
    usual: Mapping[str, str]
    classes: Mapping[str, str]


@cache
def page() -> Page:
    """What the page says. `ValueError` for a cell that says nothing."""
    tables = dict(_tables(PAGE.read_text(encoding="utf-8")))
    rows = {r["class"]: _of_case(r) for r in tables["Who may, of a case"]}
    general = tables["Who may, of no one case"]
    rows |= {r["class"]: _general(r) for r in general if "who" in r}
    rows |= {r["class"]: _of_table(r) for r in general if "own table" in r}
    rows["open"] = Row("open", {}, EVERYBODY, EVERYBODY, EVERYBODY, anyone=True)
    purposes = tables["Purposes"]
    usual = {f: r["purpose"] for r in purposes for f in _functions(r["usual for"])}
    classes = _classes(tables["What is of which class"])
    return Page(rows, {r["purpose"]: frozenset(r["covers"].split()) for r in purposes}, usual, classes)


def _classes(rows: list[dict[str, str]]) -> dict[str, str]:
    """What is in a row that names commands alone: a row in words is about what no command does by itself."""
    found: dict[str, str] = {}
    for row in rows:
        text = row["commands and queries"]
        if not re.fullmatch(r"(`[^`]+` ?)+", text):
            continue
        for what in re.findall(r"`([^`]+)`", text):
            if found.setdefault(what.replace(" ", "-"), row["class"]) != row["class"]:
                raise ValueError(f"{what} is in two classes")
    return found


def _tables(text: str) -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Every heading with the rows of the tables below it, by the names of their columns."""
    for section in re.split(r"^## ", text, flags=re.MULTILINE)[1:]:
        found: list[dict[str, str]] = []
        heads: list[str] = []
        for line in section.splitlines():
            if not line.startswith("|"):
                heads = []
                continue
            cells = [c.strip() for c in line.strip("|").split("|")]
            if not heads:
                heads = cells
            elif set(line) - set("|-"):
                found.append(dict(zip(heads, cells, strict=True)))
        yield section.partition("\n")[0], found


def _functions(cell: str) -> frozenset[str]:
    if cell == NO:
        return NOBODY
    unknown = set(cell.rstrip("°")) - LETTERS.keys()
    if unknown or not cell:
        raise ValueError(f"{cell!r} says nothing")
    return frozenset(LETTERS[letter] for letter in cell.rstrip("°"))


def _yes(cell: str) -> bool:
    if cell not in ("yes", NO):
        raise ValueError(f"{cell!r} says nothing")
    return cell == "yes"


def _of_case(row: Mapping[str, str]) -> Row:
    return Row(
        row["class"], {code: _functions(row[name]) for name, code in RELATIONS.items()}, _functions(row["frozen"]),
        _functions(row["anonymous"]), _functions(row["restricted"]), row["restricted"].endswith("°"), _yes(row["agreement"]),
        _functions(row["glass"]), _yes(row["before"]),
    )  # fmt: skip


def _general(row: Mapping[str, str]) -> Row:
    who = _functions(row["who"])
    return Row(
        row["class"], dict.fromkeys(RELATIONS.values(), who), who, who, who, agreement=_yes(row["agreement"]),
        before=_yes(row["before"]),
    )  # fmt: skip


def _of_table(row: Mapping[str, str]) -> Row:
    may = dict.fromkeys(RELATIONS.values(), NOBODY)
    near = _functions(row["own table"])
    may |= {"table": near, "other": _functions(row["another table"])}
    return Row(row["class"], may, near, near, near, agreement=_yes(row["agreement"]), near="table")

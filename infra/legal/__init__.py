"""Legal terms as dated data: how long is kept, and on what other ground than consent is shared. The program gives no advice."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from domain.frozen import frozen
from domain.ids import Code
from domain.refusal import Refused
from domain.retention import COUNTED_FROM, DUTIES, Term

HERE = Path(__file__).parent
TEXTS = ("law", "article", "url", "nl", "en", "verified_by")
ID = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
LONGEST = 200
"""How many years a term can be, at most: a longer one is a slip of the pen."""


@frozen
class LegalGround:
    """A ground for sharing, as it was written down on the day `as_of`; unverified until `verified_by` says by whom it was."""

    id: Code
    law: str
    article: str
    url: str
    about: Mapping[str, str]
    as_of: date
    verified_by: str = ""
    verified_on: date | None = None


def terms(own: Path | None = None) -> Mapping[Code, Term]:
    """The terms of keeping by their ids: those that come with the program, and in their place those of an organisation's own
    file. Refused as `legal-file-invalid`, naming the field and what is wrong with it, or `legal-file-unreadable`.
    """
    return {**_shipped(), **({} if own is None else _terms(own))}


@cache
def grounds() -> Mapping[Code, LegalGround]:
    """The grounds that come with the program, by their ids."""
    path = HERE / "grounds.toml"
    found = {}
    for id_, body in _entries(path, "ground").items():
        facts = _common(path, id_, body, ())
        found[id_] = LegalGround(id_, **facts)
    return found


@cache
def _shipped() -> Mapping[Code, Term]:
    return _terms(HERE / "retention.toml")


def _terms(path: Path) -> dict[Code, Term]:
    found = {}
    for id_, body in _entries(path, "term").items():
        facts = _common(path, id_, body, ("duty", "years", "counted_from"))
        duty, years, start = body.get("duty"), body.get("years"), body.get("counted_from")
        _need(duty in DUTIES, path, id_, "duty")
        _need(start in COUNTED_FROM, path, id_, "counted_from")
        whole = isinstance(years, int) and not isinstance(years, bool) and 1 <= years <= LONGEST
        _need(years is None or whole, path, id_, "years")
        found[id_] = Term(id_, str(duty), years, str(start), **facts)
    return found


def _entries(path: Path, kind: str) -> dict[str, dict[str, Any]]:
    try:
        plain = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError:
        raise Refused("legal-file-unreadable", file=path.name) from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Refused("legal-file-invalid", file=path.name, field="toml") from None
    _need(plain.get("version") == 1, path, "", "version")
    _need(set(plain) <= {"version", kind}, path, "", next(iter(sorted(set(plain) - {"version", kind})), kind))
    entries = plain.get(kind, {})
    _need(isinstance(entries, dict) and bool(entries), path, "", kind)
    for id_, body in entries.items():
        _need(isinstance(body, dict) and ID.fullmatch(id_) is not None, path, id_, "id")
    return entries  # type: ignore[no-any-return]


def _common(path: Path, id_: str, body: dict[str, Any], more: tuple[str, ...]) -> dict[str, Any]:
    """What every entry says: the law, where it stands, what it is about, and who verified it when."""
    for name in sorted(set(body) - {*TEXTS, "as_of", "verified_on", *more}):
        _need(False, path, id_, name)
    for name in TEXTS:
        _need(isinstance(body.get(name), str), path, id_, name)
    for name in ("law", "nl", "en"):
        _need(bool(body[name].strip()), path, id_, name)
    as_of, verified_on = body.get("as_of"), body.get("verified_on")
    _need(type(as_of) is date, path, id_, "as_of")
    _need(verified_on == "" or type(verified_on) is date, path, id_, "verified_on")
    _need(bool(body["verified_by"].strip()) == (verified_on != ""), path, id_, "verified_by")
    if type(verified_on) is date and type(as_of) is date:
        _need(verified_on >= as_of, path, id_, "verified_on")
    return {
        "law": body["law"], "article": body["article"], "url": body["url"], "about": {"nl": body["nl"], "en": body["en"]},
        "as_of": as_of, "verified_by": body["verified_by"].strip(), "verified_on": verified_on or None,
    }  # fmt: skip


def _need(holds: bool, path: Path, id_: str, field: str) -> None:
    if not holds:
        raise Refused("legal-file-invalid", file=path.name, field=f"{id_}.{field}" if id_ else field)

"""What an entry changed in a state: the fields before and after it, as small JSON of codes. Texts show that they are there."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import is_dataclass
from datetime import date, datetime
from enum import Enum
from itertools import takewhile
from typing import Any

from domain.event import State
from domain.personal import Ref
from projections.base import Json, field_names

LEFT_OUT = frozenset({"stamp", "imported_events", "given", "profile_json"})
"""Where in the history it is, a count that goes up with each entry, numbers that are taken, a whole document: they tell
a reader nothing.
"""

TEXT = "text"
"""What stands for a sealed text: a read model for reporting holds no reference to it."""

Text = Callable[[Ref], Any]
"""What is shown of a sealed text."""


def closed(_: Ref) -> str:
    """Of every sealed text, that it is there."""
    return TEXT


def changes(before: State, after: State) -> tuple[Json | None, Json | None]:
    """The fields that differ, with their values before and after, as JSON; None twice when nothing does."""
    old, new = compared(before, after)
    return (_json(old), _json(new)) if old else (None, None)


def compared(before: State, after: State, text: Text = closed) -> tuple[dict[str, Any], dict[str, Any]]:
    """The same as plain values (codes, ids, days as text, numbers); empty twice when nothing differs. `text` says what is
    shown of a sealed text.

    Of a mapping (agreements, partners) only the entries that differ are shown, of an entry only what differs in it, of a
    row of entries (checks) what stands after those that both have: showing all would make a trail grow with its square.
    """
    old: dict[str, Any] = {}
    new: dict[str, Any] = {}
    if before is after:
        return old, new
    was = before.__dict__
    for name, value in after.__dict__.items():
        then = was[name]
        if then is not value and then != value and name not in LEFT_OUT:
            old[name], new[name] = _differ(then, value, text)
    return old, new


def _differ(then: Any, now: Any, text: Text) -> tuple[Any, Any]:
    if isinstance(then, Mapping) and isinstance(now, Mapping):
        names = [k for k in {**then, **now} if (a := then.get(k)) is not (b := now.get(k)) and a != b]
        pairs = {_key(k): _differ(then.get(k), now.get(k), text) for k in names}
        return {k: a for k, (a, _) in pairs.items() if a is not None}, {k: b for k, (_, b) in pairs.items() if b is not None}
    if is_dataclass(then) and type(then) is type(now):
        parts = [n for n in field_names(then) if getattr(then, n) != getattr(now, n)]
        return {n: plain(getattr(then, n), text) for n in parts}, {n: plain(getattr(now, n), text) for n in parts}
    if isinstance(then, tuple) and isinstance(now, tuple):
        same = sum(1 for _ in takewhile(lambda pair: pair[0] is pair[1] or pair[0] == pair[1], zip(then, now, strict=False)))
        return plain(then[same:], text), plain(now[same:], text)
    return plain(then, text), plain(now, text)


def plain(value: Any, text: Text = closed) -> Any:
    """A value of a state as JSON has it: codes, ids, dates, numbers, and of a sealed text what `text` says."""
    if isinstance(value, Ref):
        return text(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    if is_dataclass(value):
        return {n: plain(v, text) for n in field_names(value) if (v := getattr(value, n)) is not None}
    if isinstance(value, Mapping):
        return {_key(k): plain(v, text) for k, v in value.items()}
    if isinstance(value, AbstractSet):
        return [plain(v, text) for v in sorted(value)]
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(v, text) for v in value]
    return value


def _key(key: Any) -> str:
    return " ".join(str(plain(part)) for part in key) if isinstance(key, tuple) else str(key)


def _json(value: dict[str, Any]) -> Json:
    return Json(json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":")))

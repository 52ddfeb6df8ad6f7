"""Reads a table of activities to kinds (TOML), which says in our own words what a source's activities are."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from domain.refusal import Refused
from infra.logs.fields import LIMITS, unwanted
from infra.logs.opened import file_refusals

_KIND = re.compile(r"[a-z0-9][a-z0-9-]{0,59}")
_LARGEST = 4 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class ActivityMap:
    """The kind of each activity that the table names; an activity that it does not name keeps its own name."""

    kinds: Mapping[str, str]

    def kind(self, activity: str) -> str | None:
        """The code of an activity's kind, or None where the table is silent."""
        return self.kinds.get(activity)


NOTHING_MAPPED = ActivityMap(MappingProxyType({}))


def load_map(path: Path) -> ActivityMap:
    """The table in a file of lines `"activity" = "kind"`. Refuses, naming the line or the entry, what is not that.

    A kind is a code; an underscore in it reads as a hyphen.
    """
    if "\0" in str(path):
        raise Refused("file-missing")
    with file_refusals(), path.open("rb") as file:
        content = file.read(_LARGEST + 1)
    if len(content) > _LARGEST:
        raise Refused("map-too-large", limit=_LARGEST)
    return ActivityMap(MappingProxyType(_kinds(_table(content))))


def _table(content: bytes) -> dict[str, object]:
    try:
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise Refused("map-encoding-wrong", line=content.count(b"\n", 0, error.start) + 1) from None
    except tomllib.TOMLDecodeError as error:
        # The parser gives the line in its sentence only.
        found = re.search(r"at line (\d+)", str(error))
        raise Refused("map-not-toml", line=int(found[1]) if found else content.count(b"\n") + 1) from None
    except RecursionError:
        raise Refused("map-not-toml", line=1) from None


def _kinds(table: Mapping[str, object]) -> dict[str, str]:
    kinds = {}
    for entry, (activity, kind) in enumerate(table.items(), start=1):
        if not activity.strip() or len(activity) > LIMITS["activity"] or unwanted(activity):
            raise Refused("map-activity-unusable", entry=entry, limit=LIMITS["activity"])
        code = kind.replace("_", "-") if isinstance(kind, str) else ""
        if not _KIND.fullmatch(code):
            raise Refused("map-kind-unusable", entry=entry, activity=activity)
        kinds[activity] = code
    return kinds

"""From which number on a count is shown, read once from the file beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Collection
from functools import cache
from pathlib import Path

from domain.ids import Code
from domain.refusal import Refused

HERE = Path(__file__).parent
FLOOR = 5
"""Whatever a file says, no threshold is lower."""
WHOLE = frozenset({"coordinator", "privacy", "auditor"})
"""The functions that see counts whole: who directs the work, who watches over it, who checks it."""


@cache
def threshold(path: Path = HERE / "reporting.toml") -> int:
    """The smallest count that is shown. Refused as `threshold-too-low` below the floor of the file, or below ours."""
    body = tomllib.loads(path.read_text(encoding="utf-8"))
    asked, floor = body["threshold"], max(body["floor"], FLOOR)
    if not isinstance(asked, int) or asked < floor:
        raise Refused("threshold-too-low", file=path.name, value=asked, least=floor)
    return asked


def threshold_for(functions: Collection[Code]) -> int | None:
    """The smallest count that somebody with these functions is shown; None for who sees counts whole, and while a store is
    being set up and nobody has a function yet. A professional sees the counts of a region, and figures, as reporting does.
    """
    return None if not functions or WHOLE & set(functions) else threshold()

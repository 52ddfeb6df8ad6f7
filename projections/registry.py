"""Every read model by its name. A module is imported when it is asked for: a query should not pay for all of them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from typing import Any

from projections.base import Projection, View

PROJECTIONS = {
    "cases": "cases", "plan": "plan", "waiting": "waiting", "trail": "trail", "team_trail": "trail",
    "learning": "learning", "steps": "steps", "texts": "texts", "teams": "teams", "members": "teams",
    "roster": "teams", "logins": "teams", "meetings": "teams", "disclosures": "disclosures", "disclosed": "disclosures",
    "involved": "involved",
}  # fmt: skip
"""What is kept in tables, each with the module that declares it."""

VIEWS = {
    "workload": "workload", "signals": "signals", "agenda": "agenda", "next_meetings": "agenda", "region": "region",
}  # fmt: skip
"""What is made on the day it is asked for, each with the module that declares it."""


@cache
def projection(name: str) -> Projection[Any]:
    """A kept read model. `LookupError` for a name that there is not."""
    found = getattr(import_module(f"projections.{PROJECTIONS[name]}"), name.upper())
    if not isinstance(found, Projection) or found.name != name:
        raise TypeError(f"projections.{PROJECTIONS[name]} declares no projection {name}")
    return found


@cache
def view(name: str) -> View[Any]:
    """A read model of the day. `LookupError` for a name that there is not."""
    found = getattr(import_module(f"projections.{VIEWS[name]}"), name.upper())
    if not isinstance(found, View) or found.name != name:
        raise TypeError(f"projections.{VIEWS[name]} declares no view {name}")
    return found


def all_projections() -> tuple[Projection[Any], ...]:
    """Every kept read model, in the order in which they are kept."""
    return tuple(projection(name) for name in PROJECTIONS)


def all_views() -> tuple[View[Any], ...]:
    """Every read model of the day."""
    return tuple(view(name) for name in VIEWS)


def reads_access(projections: Iterable[Projection[Any]]) -> bool:
    """Whether one of these is made from disclosures: there are more of them than of all else together."""
    return any("access" in p.of for p in projections)


def reports() -> tuple[str, ...]:
    """The names that a reporting job can ask for: all but the internal ones."""
    return tuple(n for n in (*PROJECTIONS, *VIEWS) if n in VIEWS or not projection(n).internal)

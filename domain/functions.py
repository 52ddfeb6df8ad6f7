"""What the policy knows roles as: coordinator and professional, who work on cases, and the offices that watch over them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol

from domain.frozen import frozen
from domain.ids import Code

OFFICES: Mapping[Code, Code] = {
    "privacy-officer": "privacy", "auditor": "auditor", "reporting": "reporting", "administrator": "administrator",
}  # fmt: skip
"""The roles that every table has without its way of working naming them, and what the policy knows each as. Who has one
works on no cases.
"""
CLEARED = "cleared"
"""The role that every table has for who may see cases that were restricted; it goes with another."""


class Working(Protocol):
    """What of a way of working tells who may: a `Profile`, or its `Outline`."""

    def coordinating_roles(self) -> frozenset[Code]:
        """The roles that direct cases here."""
        ...

    def role_order(self) -> tuple[Code, ...]:
        """The roles as they are listed: of several somebody acts in the first."""
        ...

    def consent_first(self) -> bool:
        """Whether nothing is shared without consent or another ground."""
        ...


@frozen
class Outline:
    """The little of a way of working that tells who may, read from its document without checking the whole of it again."""

    coordinating: frozenset[Code]
    order: tuple[Code, ...]
    consent: bool

    def coordinating_roles(self) -> frozenset[Code]:
        return self.coordinating

    def role_order(self) -> tuple[Code, ...]:
        return self.order

    def consent_first(self) -> bool:
        return self.consent


@lru_cache(maxsize=32)
def outline(document: str) -> Outline:
    """The outline of a way of working as it was adopted: see `Profile.coordinating_roles` for what directs."""
    found = json.loads(document)
    roles, triage, chair = found.get("roles") or (), found.get("triage"), found.get("chair_role")
    directing = {r["id"] for r in roles if r.get("mandated")}
    directing |= {triage["role"]["value"]} if triage else set()
    directing |= {chair["value"]} if chair else set()
    required = (found.get("submission") or {}).get("consent_required")
    return Outline(frozenset(directing), tuple(r["id"] for r in roles), bool(required and required["value"]))


def functions_of(
    roles: frozenset[Code], working: Working | None, known: Mapping[Code, Code] = OFFICES
) -> frozenset[Code]:  # fmt: skip
    """What the policy knows roles as. In: the roles, the way of working, and the roles that every table has
    (`privacy-officer`) with the function of each. A role of the profile gives coordinator when it directs, else professional.
    """
    directing = working.coordinating_roles() if working is not None else frozenset()
    own = roles - known.keys() - {CLEARED}
    working_as = {"coordinator" if own & directing else "professional"} if own else set()
    return frozenset(working_as | {known[r] for r in roles & known.keys()})

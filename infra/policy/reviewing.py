"""The rules of the review of disclosures, read once from the file beside this one."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path
from typing import get_args

from domain.events.access import Disclosed
from projections.reviewing import RULES, Rule

FILE = Path(__file__).with_name("review.toml")
OUTCOMES = frozenset(get_args(Disclosed.model_fields["outcome"].annotation))


@cache
def rules() -> tuple[Rule, ...]:
    """The rules in force, in the order of the file. `ValueError` naming the first word in it that says nothing."""
    return read_rules(FILE.read_bytes())


def read_rules(data: bytes) -> tuple[Rule, ...]:
    """The rules in the bytes of such a file."""
    return tuple(_rule(name, dict(body)) for name, body in tomllib.loads(data.decode())["rule"].items())


def _rule(name: str, body: dict[str, object]) -> Rule:
    if name not in RULES:
        raise ValueError(f"{name}: no such rule")
    outcomes = body.pop("outcomes")
    told = {language: str(body.pop(language)) for language in ("nl", "en")}
    if not isinstance(outcomes, list) or not OUTCOMES.issuperset(outcomes):
        raise ValueError(f"{name}: an outcome that says nothing")
    made = Rule(name, frozenset(outcomes), body, told)
    if unknown := sorted(set(body) - NEEDED.get(name, frozenset())):
        raise ValueError(f"{name}: {unknown[0]} says nothing here")
    if missing := sorted(NEEDED.get(name, frozenset()) - set(body)):
        raise ValueError(f"{name}: {missing[0]} is not set")
    return made


NEEDED = {
    "outside-hours": frozenset({"days", "from", "until"}), "many-cases": frozenset({"cases", "minutes"}),
    "denied": frozenset({"attempts", "hours"}),
}  # fmt: skip
"""The settings that each rule asks for."""

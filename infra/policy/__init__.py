"""The policy and the processing register that are in force, read once from the files beside this one."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any

from domain.deciding import NEEDS, RELATIONS
from domain.frozen import frozen
from domain.functions import OFFICES
from domain.ids import Code
from domain.permission import Policy, Rule

HERE = Path(__file__).parent
FILES = ("policy.toml", "register.toml")
FUNCTIONS = ("coordinator", "professional", "privacy", "auditor", "reporting", "administrator")
"""The policy's words for roles."""
WORKING = frozenset({"coordinator", "professional"})
"""The functions that work on cases; the others never hold one."""

_ALIASES: Mapping[str, frozenset[Code]] = {"any": RELATIONS, "here": frozenset({"own", "table", "former"})}
_KEYS = {"needs", "of", *FUNCTIONS}


@frozen
class Purpose:
    """A purpose of the processing register, with what AVG art. 30 asks. `verified_by` is empty while no lawyer or privacy
    officer weighed it.
    """

    id: Code
    labels: Mapping[str, str]
    usual_for: frozenset[Code]
    ground: Code
    source: str
    verified_by: str
    verified_on: str
    subjects: tuple[Code, ...]
    data: tuple[Code, ...]
    recipients: tuple[Code, ...]
    retention: str
    guarded_by: tuple[Code, ...]
    covers: frozenset[Code]


@cache
def policy() -> Policy:
    """The policy in force. `ValueError` naming the first word in its files that says nothing."""
    return read_policy(*((HERE / name).read_bytes() for name in FILES))


@cache
def register() -> Mapping[Code, Purpose]:
    """The processing register, by purpose."""
    return {p.id: p for p in _purposes((HERE / FILES[1]).read_bytes())}


def usual_purpose(functions: frozenset[Code]) -> Code:
    """The purpose taken where none was named: that of what somebody is, work on cases before the rest."""
    for function in FUNCTIONS:
        if function in functions:
            return next(p.id for p in register().values() if function in p.usual_for)
    return "case-direction"


def ground_of(purpose: Code) -> Code:
    """The legal ground that the register names for a purpose; `not-registered` for a purpose that it does not hold."""
    found = register().get(purpose)
    return found.ground if found is not None else "not-registered"


def read_policy(rules: bytes, purposes: bytes) -> Policy:
    """In: the bytes of the two files. Out: the policy, with the digest of both. `ValueError` names what says nothing."""
    document = tomllib.loads(rules.decode())
    needs, classes = dict[Code, frozenset[Code]](), dict[str, Code]()
    actions = {f: dict[Code, frozenset[Code]]() for f in FUNCTIONS}
    for name, body in document["class"].items():
        _known(name, body.keys(), _KEYS)
        _known(name, body["needs"], NEEDS)
        needs[name] = frozenset(body["needs"])
        for function in FUNCTIONS:
            if function in body:
                actions[function][name] = _relations(name, body[function])
        for what in body["of"]:
            if what in classes:
                raise ValueError(f"{what} is in two classes: {classes[what]}, {name}")
            classes[what] = name
    covered = {p.id: p.covers for p in _purposes(purposes)}
    for purpose, covers in covered.items():
        _known(purpose, covers, needs)
    if document["functions"] != OFFICES:
        raise ValueError("functions: these are not the roles that every roster takes")
    return Policy(
        digest=sha256(rules + b"\x00" + purposes).hexdigest(), version=document["version"], needs=needs,
        rules={f: Rule(f, a) for f, a in actions.items()}, classes=classes, purposes=covered, functions=document["functions"],
    )  # fmt: skip


def _relations(name: str, words: list[str]) -> frozenset[Code]:
    _known(name, words, RELATIONS | _ALIASES.keys())
    return frozenset[Code]().union(*(_ALIASES.get(w, frozenset({w})) for w in words))


def _known(where: str, words: Any, known: Any) -> None:
    """`ValueError` for the first word that is not among those known."""
    for word in words:
        if word not in known:
            raise ValueError(f"{where}: {word} says nothing here")


@lru_cache(maxsize=4)
def _purposes(data: bytes) -> tuple[Purpose, ...]:
    found = []
    for name, body in tomllib.loads(data.decode())["purpose"].items():
        _known(name, body["usual_for"], FUNCTIONS)
        found.append(Purpose(
            id=name, labels={"nl": body["nl"], "en": body["en"]}, usual_for=frozenset(body["usual_for"]), ground=body["ground"],
            source=body["source"], verified_by=body["verified_by"], verified_on=body["verified_on"],
            subjects=tuple(body["subjects"]), data=tuple(body["data"]), recipients=tuple(body["recipients"]),
            retention=body["retention"], guarded_by=tuple(body["guarded_by"]), covers=frozenset(body["covers"]),
        ))  # fmt: skip
    return tuple(found)

"""Which topics the policy lets each function lead to: from its classes of commands, and the events that those commands name."""

from __future__ import annotations

import ast
import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any

from commands import discover
from commands.base import Command
from domain.deciding import RELATIONS, class_of
from domain.event import Event
from infra.policy import policy

Right = tuple[str, str, str]
"""Function, how they stand to the case as the database has it, topic."""

OPENING = frozenset({"case.intake.submitted", "case.escalation.received"})
GLASS = "case.access.glass-broken"


def led_to() -> dict[Right, set[str]]:
    """Every topic that somebody may lead to, with the commands that do."""
    found: dict[Right, set[str]] = {}
    rules = policy().rules
    for command in discover().values():
        name = command.command_name().replace(".", "-")
        for function, rule in rules.items():
            relations = rule.actions.get(class_of(policy(), name), frozenset())
            for topic in topics_of(command) if relations else ():
                for stand in _stands(topic, relations):
                    found.setdefault((function, stand, topic), set()).add(name)
    return found


def _stands(topic: str, relations: frozenset[str]) -> Iterator[str]:
    """How the database would have somebody stand who may ask it in these relations. Whoever may ask it anywhere records it
    in their own cases, or opens one; of a table, in its own stream.
    """
    if topic.startswith("team."):
        yield "own"
    elif topic in OPENING:
        yield "new"
    elif topic == GLASS:
        yield "knock"
    elif relations == RELATIONS:
        yield "own"
    else:
        yield from ({"own": "own", "asked": "asked", "table": "table"}[r] for r in relations & {"own", "asked", "table"})


@cache
def topics_of(command: type[Command]) -> frozenset[str]:
    """The topics of the events that a command's rule names, there or in a function that it calls."""
    rules = [f for _, f in inspect.getmembers(command, inspect.isfunction) if _ours(f)]
    return frozenset(topic for rule in rules for topic in _topics_in(rule, set()))


def _ours(function: Callable[..., Any]) -> bool:
    return function.__module__.startswith("commands") and function.__module__ != "commands.base"


def _topics_in(function: Callable[..., Any], seen: set[Any]) -> Iterator[str]:
    seen.add(function)
    module = sys.modules[function.__module__]
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        if not isinstance(node, ast.Name):
            continue
        named = getattr(module, node.id, None)
        if isinstance(named, type) and issubclass(named, Event) and named is not Event:
            yield named.TOPIC
        elif inspect.isfunction(named) and named not in seen and _ours(named):
            yield from _topics_in(named, seen)

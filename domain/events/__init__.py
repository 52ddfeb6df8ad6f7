"""Every event by its topic. A stage is a module; the middle word of a topic names it."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import isclass

from domain.event import Event

STAGES = (
    "intake", "consent", "triage", "parties", "meeting", "plan", "monitoring", "escalation", "closing",
    "correcting", "learning", "rights", "retention", "team", "custody", "access", "imported",
)  # fmt: skip
"""The stages of a case in DOMAIN order, then the team, then what was imported."""


@cache
def of_stage(stage: str) -> dict[str, type[Event]]:
    """The events that one stage's module defines, by topic. A class without topic or effect fails loudly."""
    module = import_module(f"domain.events.{stage}")
    found: dict[str, type[Event]] = {}
    for item in vars(module).values():
        if not (isclass(item) and issubclass(item, Event)) or item.__module__ != module.__name__:
            continue
        if item.__name__.startswith("_"):
            continue
        topic = item.__dict__.get("TOPIC")
        if not isinstance(topic, str) or topic.split(".")[1] != stage:
            raise TypeError(f"{item.__qualname__} needs a TOPIC of its own, in stage {stage}")
        if item.apply is Event.apply:
            raise TypeError(f"{item.__qualname__} has no effect: write apply")
        if topic in found:
            raise TypeError(f"two events share the topic {topic}")
        found[topic] = item
    return found


@cache
def resolve(topic: str) -> type[Event]:
    """The class of a topic. Imports its stage alone: a command should not pay for all of them."""
    stage = topic.split(".")[1]
    if stage not in STAGES:
        raise LookupError(f"unknown topic {topic}")
    try:
        return of_stage(stage)[topic]
    except KeyError:
        raise LookupError(f"unknown topic {topic}") from None


def discover() -> dict[str, type[Event]]:
    """All events of all stages, by topic."""
    found: dict[str, type[Event]] = {}
    for stage in STAGES:
        found |= of_stage(stage)
    return found

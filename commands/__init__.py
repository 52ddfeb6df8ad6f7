"""What may be asked, and the rule that answers: pure. The same stages as `domain.events`, the same file names."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from inspect import isclass

from commands.base import Command

STAGES = (
    "intake", "consent", "triage", "parties", "meeting", "plan", "monitoring", "escalation", "closing",
    "correcting", "learning", "rights", "retention", "access", "team", "custody",
)  # fmt: skip
"""The stages with commands: `casus <stage> <verb>`."""


@cache
def of_stage(stage: str) -> dict[str, type[Command]]:
    """The commands that one stage's module defines, by verb. A class without a verb of its own fails loudly."""
    module = import_module(f"commands.{stage}")
    found: dict[str, type[Command]] = {}
    for item in vars(module).values():
        if not (isclass(item) and issubclass(item, Command)) or not _defined_in(item, module.__name__):
            continue
        if item.__name__.startswith("_"):
            continue
        verb = item.__dict__.get("VERB")
        if not isinstance(verb, str) or verb in found:
            raise TypeError(f"{item.__qualname__} needs a VERB of its own in stage {stage}")
        item.STAGE = stage
        found[verb] = item
    return found


def _defined_in(item: type[Command], module: str) -> bool:
    """Whether a class belongs to a stage: to its module, or to a part of it when the stage is a folder."""
    return item.__module__ == module or item.__module__.startswith(f"{module}.")


def resolve(name: str) -> type[Command]:
    """The class of a command's name, `triage.accept`. Imports its stage alone."""
    stage, _, verb = name.partition(".")
    if stage not in STAGES or verb not in of_stage(stage):
        raise LookupError(f"unknown command {name}")
    return of_stage(stage)[verb]


def discover() -> dict[str, type[Command]]:
    """All commands, by name (`triage.accept`)."""
    return {f"{stage}.{verb}": item for stage in STAGES for verb, item in of_stage(stage).items()}

"""Carries a command out: loads what it decides on, lets the rule answer, guards the outcome, appends, tries again."""

from infra.engine.engine import Engine
from infra.engine.request import Outcome, Request

__all__ = ["Engine", "Outcome", "Request"]

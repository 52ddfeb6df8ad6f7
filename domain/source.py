"""A source of imported histories: its name and where the names of its resources are sealed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from domain.event import Stamp, State
from domain.frozen import frozen
from domain.ids import Code
from domain.personal import Ref


@frozen(slots=False)
class Source(State):
    """One source; `resources` gives for each opaque id the reference to its sealed name."""

    name: Code = ""
    stamp: Stamp | None = None
    resources: Mapping[Code, Ref] = field(default_factory=dict)

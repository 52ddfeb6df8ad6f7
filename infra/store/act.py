"""What a recorder is handed to store in one go, and what it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from domain.frozen import frozen
from infra.store.draft import Receipt

if TYPE_CHECKING:
    from infra.store.members import Grain


@frozen
class Act:
    """The conditions of an append: versions of the streams it appends to and of those it only read.

    `head`: the log must still end at this place (embedded, where one act may not be crossed by any other).
    `bulk`: thousands of new streams; they are checked all at once, and not locked one by one. `members`: for each case
    whose people the act changes, all their parts then (`infra.store.members`); a server keeps them.
    """

    receipt: Receipt | None = None
    expected: Mapping[str, int] = field(default_factory=dict)
    reads: Mapping[str, int] = field(default_factory=dict)
    head: int | None = None
    bulk: bool = False
    members: Mapping[str, Sequence[Grain]] | None = None


@frozen
class Answer:
    """`stored` with the stamps; `known` with the receipt of before; or `moved` with the stream that did."""

    outcome: Literal["stored", "known", "moved"]
    recorded_at: datetime | None = None
    recorded_by: str = ""
    stream: str = ""
    digest: bytes = b""
    result: str = ""

"""What goes into an append and what comes out: drafts of events, the receipt of a command, the records."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from domain.event import Event, Header, Recorded
from domain.frozen import frozen


@frozen
class Draft:
    """An event to be recorded. `occurred_at` left out is the store's clock at recording."""

    stream: str
    event: Event
    header: Header
    occurred_at: datetime | None = None


@frozen
class Receipt:
    """That a command was carried out: its id, a digest of its content, and its result as JSON (codes and ids)."""

    command_id: str
    digest: bytes
    result: str = "{}"

    @classmethod
    def of(cls, command_id: str, content: Any, result: Any = None) -> Receipt:
        """A receipt of JSON-like content: the digest goes over its sorted, compact form."""
        text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return cls(command_id, hashlib.sha256(text.encode()).digest(), json.dumps(result or {}, ensure_ascii=False))


@frozen
class StoredReceipt:
    """A receipt as it was stored, with the store's stamps."""

    command_id: str
    digest: bytes
    result: str
    recorded_at: datetime
    recorded_by: str


@frozen
class Token:
    """A keyed token to find the same person again: `value` is made into an HMAC with the secret of `purpose`."""

    stream: str
    subject: str
    purpose: str
    value: str


class Appended(list[Recorded]):
    """The records of an append. `again`: this command had been stored before; `receipt` then is the one of that time
    and the list is empty.
    """

    def __init__(self, records: Iterable[Recorded], receipt: StoredReceipt, *, again: bool = False) -> None:
        super().__init__(records)
        self.receipt = receipt
        self.again = again

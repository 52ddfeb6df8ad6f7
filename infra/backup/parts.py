"""What a backup holds: the tables of the events and those of the keys, with the columns that both databases have."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

from domain.frozen import frozen
from infra.store.database import Database, Kind

Holds = Literal["events", "keys"]


@frozen
class Part:
    """One table. In: its name, its columns with what each holds, and the order of its rows in a file (SQL, over `t`)."""

    name: str
    columns: Mapping[str, Kind]
    order: str
    schema: str = "casus"
    server: bool = False
    """Whether it stands on a server alone: a laptop's backup has no rows of it, and puts none back."""
    format: int = 1
    """The first format of a backup file that has it."""

    def is_in(self, db: Database) -> bool:
        """Whether a database has it."""
        return db.kind == "postgresql" or not self.server

    def table(self, db: Database) -> str:
        """The table's name in a database."""
        return f"{self.schema}.{self.name}" if db.kind == "postgresql" else self.name


AT = "p.originator_id = t.originator_id AND p.originator_version = t.originator_version"

STORE = Part("casus_store", {"store_id": "text", "created_at": "moment"}, "t.store_id")
PLACES = Part(
    "places", {"place": "integer", "originator_id": "text", "originator_version": "integer", "placed_at": "moment"}, "t.place"
)
EVENTS = Part(
    "stored_events",
    {
        "originator_id": "text", "originator_version": "integer", "topic": "text", "state": "bytes", "recorded_at": "moment",
        "recorded_by": "text",
    },
    "",
)  # fmt: skip
SEALED = Part(
    "sealed_fields",
    {"originator_id": "text", "originator_version": "integer", "field": "text", "key_id": "text", "data": "bytes"},
    "t.originator_id, t.originator_version, t.field",
)
RECEIPTS = Part(
    "receipts",
    {"command_id": "text", "digest": "bytes", "result": "text", "recorded_at": "moment", "recorded_by": "text"},
    "t.command_id",
)
NOTICES = Part(
    "pending_notices",
    {"stream": "text", "kind": "text", "about": "text", "command": "text", "at": "moment", "done": "boolean"},
    "t.stream, t.kind, t.about",
    server=True,
)
EVIDENCE_KEYS = Part("evidence_keys", {"number": "integer", "vkey": "text", "since": "moment"}, "t.number", format=2)
CHECKPOINTS = Part(
    "checkpoints",
    {"origin": "text", "size": "integer", "root": "bytes", "note": "text", "made_at": "moment", "made_by": "text"},
    "t.origin, t.size",
    format=2,
)
KEYS = Part(
    "data_keys",
    {
        "originator_id": "text", "subject": "text", "generation": "integer", "key_id": "text", "state": "text",
        "kek_version": "integer", "wrapped": "bytes", "created_at": "moment", "erased_at": "moment",
    },
    "t.originator_id, t.subject, t.generation",
    "casus_keys",
)  # fmt: skip
SECRETS = Part("secrets", {"name": "text", "kek_version": "integer", "wrapped": "bytes"}, "t.name", "casus_keys")
TOKENS = Part(
    "tokens",
    {"purpose": "text", "token": "bytes", "originator_id": "text", "subject": "text", "command_id": "text"},
    "t.purpose, t.token, t.originator_id, t.subject, t.command_id",
    "casus_keys",
)
ERASURES = Part(
    "erasures",
    {"originator_id": "text", "subject": "text", "request": "text", "step": "text", "found": "text", "done_at": "moment"},
    "t.originator_id, t.subject, t.step",
    "casus_keys",
)
KEKS = Part("keks", {"version": "integer", "since": "moment"}, "t.version", "casus_keys")

PARTS: Mapping[Holds, tuple[Part, ...]] = {
    "events": (STORE, EVENTS, SEALED, PLACES, RECEIPTS, NOTICES, EVIDENCE_KEYS, CHECKPOINTS),
    "keys": (KEYS, SECRETS, TOKENS, ERASURES, KEKS),
}
"""In the order in which they are written and put back: what is referred to comes first."""

DERIVED = frozenset({
    "tracking", "place_head", "casus_schema", "ledger_checks", "leaves", "tiles",
    "tables", "roster", "known_roles", "cases", "goes_on", "case_members", "member_topics", "topic_rights", "disclosures",
    "knocks", "event_shapes",
})  # fmt: skip
"""Tables that no backup holds: they are made anew when one is put back, or tell of that. The last two lines are a server's
alone, and of knocks nothing comes back.
"""

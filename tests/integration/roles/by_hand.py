"""A client written by hand: calls the database's own functions, and says in the bytes whatever it likes."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import psycopg

APPEND = (
    "SELECT outcome FROM casus.append(%s, %s, '{{}}', %s, %s, %s, %s, %s, %s, %s, %s::integer[], %s::text[], %s::text[], "
    "%s::bytea[], false, %s::jsonb)"
).replace("{{}}", "{}")


SEALED = {"key": "ab" * 16, "commitment": "c" * 64, "digest": "d" * 64}


def line(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()


def envelope(head: Mapping[str, Any], who: Mapping[str, str], facts: Mapping[str, Any], *more: bytes) -> bytes:
    """The bytes of an event, line by line as readers take them."""
    return b"\n".join([line(head)[:-1] + b",", b'"by":' + line(who) + b",", *more, b'"facts":' + line(facts) + b"}"])


def head(stream: str, version: int, topic: str, command: str, **more: Any) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="microseconds")[:-6] + "Z"
    told = {"stream": stream, "version": version, "topic": topic, "v": 1, "occurred_at": now, "command": command}
    return told | more


def record(
    client: psycopg.Connection[Any], stream: str, version: int, topic: str, who: Mapping[str, str], facts: Mapping[str, Any], *,
    members: Mapping[str, Sequence[Any]] | None = None, state: bytes | None = None, command: str | None = None,
    watch: tuple[list[str], list[int], list[bool]] | None = None, sealed: Mapping[str, str] | None = None,
) -> str:  # fmt: skip
    """Append one event. `sealed`: whose each text is. Out: what the function answers; raises what it refuses with."""
    command = command or uuid.uuid4().hex
    more = [b'"sealed":' + line({f: {"subject": s, **SEALED} for f, s in sealed.items()}) + b","] if sealed else []
    texts = {field: {"subject": subject} for field, subject in (sealed or {}).items()}
    made = state if state is not None else envelope(head(stream, version, topic, command), who, {**facts, **texts}, *more)
    n = len(texts)
    row = client.execute(
        APPEND,
        (command, b"d", *(watch or ([stream], [version - 1], [True])), [stream], [version], [topic], [made],
         [1] * n, list(texts), [SEALED["key"]] * n, [b"x"] * n, json.dumps(members) if members is not None else None),
    ).fetchone()  # fmt: skip
    assert row is not None
    return str(row[0])


DISCLOSED = {
    "action": "see-case", "what": "show", "seen_version": 1, "basis": "none", "code": "allowed", "policy": "0" * 64,
    "host": "a" * 12, "client": "by-hand", "trace": "b" * 32, "span": "c" * 16,
}  # fmt: skip


def disclose(
    client: psycopg.Connection[Any], who: Mapping[str, str], of: str | None, subjects: Sequence[str], fields: Sequence[str],
    outcome: str = "shown", *, says: Mapping[str, Any] | None = None, id_: str | None = None,
) -> str:  # fmt: skip
    """Store a disclosure. `says`: what its bytes say otherwise. Out: its id."""
    made = id_ or uuid.uuid4().hex
    facts = {"of": of, "subjects": list(subjects), "fields": list(fields), "outcome": outcome, **DISCLOSED, **(says or {})}
    state = envelope(head(f"access:{made}", 1, "access.access.disclosed", ""), who, facts)
    client.execute("SELECT casus.disclose(%s, %s, %s, %s, %s, %s)", (made, state, of, list(subjects), list(fields), outcome))
    return made


def release(client: psycopg.Connection[Any], disclosure: str) -> list[tuple[Any, ...]]:
    """What a disclosure lets out."""
    return client.execute("SELECT subject, wrapped, field, data FROM casus_keys.release(%s)", (disclosure,)).fetchall()

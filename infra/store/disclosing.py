"""Acts of seeing as they are stored: what an act was decided on, which run of the program it was, and the bytes of it."""

from __future__ import annotations

import secrets
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from domain.frozen import frozen
from domain.ids import Code, Digest, EntryId
from infra.release import CLIENT

if TYPE_CHECKING:
    from domain.events.access import Disclosed

UNDECIDED = "0" * 64
Outcome = Literal["shown", "denied", "written", "matched", "exported", "reported"]
TOPIC = "access.access.disclosed"


@frozen
class Permit:
    """What an act of seeing was decided on: the class of action and what was asked, the decision's code with the policy's
    digest, and what sharing rests on. The default is that of a store that is used without a policy: in its own tests.
    """

    action: Code = "write"
    what: Code = "append"
    code: Code = "not-decided"
    policy: Digest = UNDECIDED
    basis: Code = "none"
    entry: EntryId | None = None


class Bare(NamedTuple):
    """A disclosure as a database takes it: its id and bytes, and of what is in them what the database looks at."""

    id: str
    state: bytes
    of: str | None
    subjects: tuple[str, ...]
    fields: tuple[str, ...]
    outcome: str


def disclosed(permit: Permit, store_id: str, outcome: Outcome, of: str | None = None, **facts: Any) -> Disclosed:
    """The event of an act of seeing. In: what it was decided on, the store, its outcome, the stream, and the other facts of
    `Disclosed` (subjects, fields, seen_version, seen, recipient, digest).
    """
    from domain.events.access import Disclosed

    return Disclosed(
        of=of, action=permit.action, what=permit.what, basis=permit.basis, entry=permit.entry, code=permit.code,
        policy=permit.policy, outcome=outcome, host=host(store_id), client=CLIENT, trace=trace(), span=secrets.token_hex(8),
        **facts,
    )  # fmt: skip


@cache
def trace() -> str:
    """One run of the program: what it discloses belongs together."""
    return secrets.token_hex(16)


@lru_cache(maxsize=8)
def host(store_id: str) -> str:
    """An opaque id of this machine, another in each store: a machine's name may be a person's."""
    import hashlib
    import platform
    from pathlib import Path

    try:
        own = Path("/etc/machine-id").read_text(encoding="ascii").strip()
    except OSError:
        own = ""
    return hashlib.sha256(f"casusregie host\n{store_id}\n{own}\n{platform.node()}".encode()).hexdigest()[:12]

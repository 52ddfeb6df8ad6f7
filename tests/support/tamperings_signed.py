"""What is done to what was signed, so that nothing vouches any more: the last of the table of tamperings."""

from __future__ import annotations

from hashlib import sha256

from infra.evidence.checks.report import Check
from infra.store.disclosing import Permit, disclosed
from tests.support.sown import PLAIN, SIZES
from tests.support.stores import header
from tests.support.tampering import Attacker
from tests.support.tamperings import tampering

KEPT = frozenset({Check.KEPT})


def handed_out(a: Attacker) -> None:
    """The log says that the first checkpoint was given to somebody."""
    digest = sha256(a.sown.held[0].encode()).hexdigest()
    with a.opened() as store:
        told = disclosed(
            Permit(what="evidence-hand-out"), store.store_id, "exported", recipient="municipal-audit", digest=digest
        )  # fmt: skip
        store.disclose(told, header("c7"))
        store.head()


@tampering("checkpoint-gone", by=KEPT)
def a_checkpoint_that_was_handed_out_taken_away(a: Attacker) -> None:
    handed_out(a)
    a.do("DELETE FROM checkpoints WHERE size = ?", SIZES[0])


@tampering("key-silent", by=KEPT)
def all_checkpoints_taken_away(a: Attacker) -> None:
    a.do("DELETE FROM checkpoints")


@tampering("checkpoint-gone", "key-silent", "root-differs", by=KEPT | {Check.HELD})
def an_event_changed_and_all_that_vouches_taken_away(a: Attacker) -> None:
    handed_out(a)
    a.do("UPDATE stored_events SET recorded_by = 'x' WHERE originator_id = ? AND originator_version = 5", PLAIN)
    for table in ("checkpoints", "leaves", "tiles"):
        a.do(f"DELETE FROM {table}")
    a.kept.path.unlink()


@tampering("note-unreadable", by=frozenset({Check.OUTSIDE}))
def the_note_outside_damaged(a: Attacker) -> None:
    a.kept.path.write_bytes(b"\xff\xfe")


@tampering("note-malformed", by=frozenset({Check.OUTSIDE}))
def the_note_outside_made_something_else(a: Attacker) -> None:
    a.kept.path.write_text("no note\n", encoding="utf-8")

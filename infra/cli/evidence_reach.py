"""How far a pack goes, and the checkpoints that prove it: the one that goes along, and the earlier one that its reader holds."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from domain.refusal import Refused
from infra.cli.proving import Proof, proof_of
from infra.cli.session import Session

if TYPE_CHECKING:
    from infra.evidence.note import Checkpoint


def wanted_of(session: Session, place: int | None, known_at: datetime | None) -> int | None:
    """The last place that is asked for; None for all there is. Refused as `place-before-case` where a moment has none."""
    if known_at is None:
        return place
    if (known := session.store.place_at(known_at)) == 0:
        raise Refused("place-before-case", place=known)
    return known


def reach_of(session: Session, wanted: int | None, *, by_moment: bool) -> tuple[Proof, int]:
    """The checkpoint that goes with it, and the last place that is shown. Without the key that signs, what was known at a moment
    is proved with the last checkpoint.
    """
    from infra.cli.evidence import teller

    if wanted is not None and by_moment and not session.evidence.can_sign():
        made = proof_of(session, tell=teller(session))
        return made, min(wanted, made.checkpoint.size)
    made = proof_of(session, wanted, teller(session))
    return made, made.checkpoint.size


def earlier_of(session: Session, file: str | None) -> Checkpoint | None:
    """The reader's own checkpoint, once one of our keys is seen to have signed it."""
    from infra.evidence.note import opened
    from infra.logs.opened import file_refusals

    if file is None:
        return None
    try:
        with file_refusals():
            note = Path(file).read_bytes().decode()
    except UnicodeDecodeError:
        raise Refused("checkpoint-malformed") from None
    return opened(note, *session.evidence.keys())

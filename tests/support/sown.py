"""A store with a history that has something of everything, to be tampered with: cases, sealed fields, somebody who was erased."""

from __future__ import annotations

from dataclasses import dataclass

from domain.events.intake import SubjectIdentified
from domain.events.rights import SubjectErased
from domain.personal import Personal
from infra.erasing.keeper import keeper_of
from infra.erasing.ledger import Ledger, Line
from infra.evidence.evidence import Evidence
from infra.evidence.note import VerifierKey
from infra.store import Draft, StoreConfig, create_store
from infra.store.disclosing import Permit, disclosed
from infra.store.store import Store
from tests.support.stores import header, noted, receipt, told

PLAIN, SEALED, CASE = "LEL-2026-0004", "LEL-2026-0002", "LEL-2026-0005"
"""A stream whose last event has no sealed field, one whose events have two, and one that is taken out whole."""
ERASED, SUBJECT = "LEL-2026-0003", "s9"
SIZES = (40, 270)
"""The checkpoints that are made along the way; one more is made at the end. An auditor holds the first of these and the last."""


@dataclass(frozen=True)
class Sown:
    """A store with a history: where it is, what an auditor was handed, and the key that signs."""

    config: StoreConfig
    held: tuple[str, ...]
    key: VerifierKey


def sow(config: StoreConfig) -> Sown:
    """Make a store with cases, sealed fields, a disclosure, somebody who was erased, and checkpoints."""
    with create_store(config) as store:
        evidence = Evidence(store, config.signer_in, config.outside)
        first = [d for n in range(1, 10) for d in _case(f"LEL-2026-{n:04}")]
        store.append_bulk(first, receipt("c1"))
        store.head()
        evidence.checkpoint(SIZES[0])
        _erase(store, Ledger(config.ledger_in))
        store.disclose(disclosed(Permit(), store.store_id, "shown", SEALED, seen_version=5), header("c3"))
        store.append_bulk([noted(f"LEL-2026-{n:04}", "c4") for n in range(100, 340)], receipt("c4"))
        store.head()
        evidence.checkpoint(SIZES[1])
        last = evidence.checkpoint()
        made = [m.checkpoint.note for m in evidence.all()]
        assert evidence.key is not None
        return Sown(config, (made[0], last.note), evidence.key)


def _erase(store: Store, ledger: Ledger) -> None:
    """Somebody's keys go, the ledger and the log say so."""
    keeper = keeper_of(store)
    keys = tuple(keeper.keys(ERASED, SUBJECT))
    line = ledger.append(Line(store.store_id, ERASED, SUBJECT, "R1", keys, store.now()))
    if store.connection().kind == "sqlite":
        keeper.destroy(ERASED, SUBJECT, keys)
    else:  # the database would ask for all that comes before it
        store.keys_connection().execute(
            "UPDATE casus_keys.data_keys SET state = 'erased', wrapped = NULL, kek_version = NULL, erased_at = clock_timestamp() "
            "WHERE originator_id = ? AND subject = ?",
            (ERASED, SUBJECT),
        )
    event = SubjectErased(right="R1", subject=SUBJECT, keys=len(keys), receipt=line.digest())
    store.append([Draft(ERASED, event, header("c2"))], expected={ERASED: 5}, receipt=receipt("c2"))


def _case(number: str) -> list[Draft]:
    subject = SUBJECT if number == ERASED else "s1"
    known = SubjectIdentified(
        subject="s3", name=Personal(subject="s3", text="Zaza"), contact=Personal(subject="s3", text="0600000000")
    )
    return [
        noted(number), told(number, "een", subject=subject), Draft(number, known, header()),
        told(number, "twee", subject=subject), noted(number, subject="s4"),
    ]  # fmt: skip

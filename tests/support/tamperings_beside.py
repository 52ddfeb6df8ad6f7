"""What is done to sealed fields, to stored bytes, and to what vouches for a history: the rest of the table of tamperings."""

from __future__ import annotations

from infra.evidence import signer
from infra.evidence.checks.report import Check
from tests.support.sown import CASE, PLAIN, SEALED, SIZES
from tests.support.tampering import Attacker
from tests.support.tamperings import a_whole_case_and_the_tree_rebuilt, another, tampering

# --- sealed fields


def _swap_sealed(a: Attacker, one: tuple[str, int, str], other: tuple[str, int, str], *columns: str) -> None:
    at, names = "WHERE originator_id = ? AND originator_version = ? AND field = ?", ", ".join(columns)
    rows = [a.ask(f"SELECT {names} FROM sealed_fields {at}", *key)[0] for key in (one, other)]
    for key, row in zip((one, other), rows[::-1], strict=True):
        a.do(f"UPDATE sealed_fields SET {', '.join(f'{c} = ?' for c in columns)} {at}", *row, *key)


@tampering("sealed-differs", by=frozenset({Check.SEALED}))
def ciphertexts_swapped_between_fields(a: Attacker) -> None:
    _swap_sealed(a, (SEALED, 3, "name"), (SEALED, 3, "contact"), "data")


@tampering("sealed-differs", by=frozenset({Check.SEALED}))
def ciphertexts_swapped_between_versions(a: Attacker) -> None:
    _swap_sealed(a, (SEALED, 2, "text"), (SEALED, 4, "text"), "data")


@tampering("sealed-differs", "sealed-other-key", by=frozenset({Check.SEALED}))
def ciphertexts_swapped_between_cases(a: Attacker) -> None:
    _swap_sealed(a, (SEALED, 2, "text"), (CASE, 2, "text"), "data", "key_id")


@tampering("sealed-differs", "sealed-other-key", by=frozenset({Check.SEALED}))
def ciphertexts_of_another_store(a: Attacker) -> None:
    at = "WHERE originator_id = ? AND originator_version = 2"
    with another() as other:
        key, data = other.ask(f"SELECT key_id, data FROM sealed_fields {at}", SEALED)[0]
    a.do(f"UPDATE sealed_fields SET key_id = ?, data = ? {at}", key, bytes(data), SEALED)


@tampering("sealed-missing", by=frozenset({Check.SEALED}))
def a_ciphertext_taken_out(a: Attacker) -> None:
    a.do("DELETE FROM sealed_fields WHERE originator_id = ? AND originator_version = 2", SEALED)


@tampering("sealed-missing", by=frozenset({Check.SEALED}))
def a_ciphertext_emptied(a: Attacker) -> None:
    a.do("UPDATE sealed_fields SET data = ? WHERE originator_id = ? AND originator_version = 2", b"", SEALED)


@tampering("sealed-extra", by=frozenset({Check.SEALED}))
def a_ciphertext_put_in(a: Attacker) -> None:
    a.do("INSERT INTO sealed_fields SELECT originator_id, 5, field, key_id, data FROM sealed_fields WHERE originator_id = ? "
         "AND originator_version = 2", SEALED)  # fmt: skip


@tampering("sealed-extra", by=frozenset({Check.SEALED}))
def a_second_ciphertext_in_an_event(a: Attacker) -> None:
    a.do("INSERT INTO sealed_fields SELECT originator_id, originator_version, 'more', key_id, data FROM sealed_fields "
         "WHERE originator_id = ? AND originator_version = 2", SEALED)  # fmt: skip


@tampering("bytes-gone", by=frozenset({Check.BYTES}))
def the_bytes_of_an_event_emptied(a: Attacker) -> None:
    a.do("UPDATE stored_events SET state = ? WHERE originator_id = ? AND originator_version = 5", b"", PLAIN)


@tampering("bytes-gone", by=frozenset({Check.BYTES}))
def the_bytes_of_an_event_taken_out(a: Attacker) -> None:
    a.nullable("stored_events", "state")
    a.do("UPDATE stored_events SET state = NULL WHERE originator_id = ? AND originator_version = 5", PLAIN)


# --- what vouches for them


@tampering("leaf-missing", by=frozenset({Check.LEAVES}))
def a_leaf_taken_out(a: Attacker) -> None:
    a.do("DELETE FROM leaves WHERE place = 20")


@tampering("leaf-missing", "tile-missing", by=frozenset({Check.LEAVES, Check.TILES}))
def all_leaves_and_tiles_taken_out(a: Attacker) -> None:
    a.do("DELETE FROM leaves")
    a.do("DELETE FROM tiles")


@tampering("tile-missing", by=frozenset({Check.TILES}))
def a_tile_taken_out(a: Attacker) -> None:
    a.do("DELETE FROM tiles")


@tampering("tile-extra", by=frozenset({Check.TILES}))
def a_tile_put_in(a: Attacker) -> None:
    a.do("INSERT INTO tiles VALUES (1, 1, ?)", bytes(32))


@tampering("root-differs", by=frozenset({Check.OUTSIDE, Check.HELD}))
def the_log_rebuilt_and_signed_with_the_key(a: Attacker) -> None:
    a_whole_case_and_the_tree_rebuilt(a)
    a.resign(a.sown.key, outside=False)


@tampering("root-differs", by=frozenset({Check.HELD}))
def the_log_rebuilt_and_signed_with_the_key_outside_too(a: Attacker) -> None:
    a_whole_case_and_the_tree_rebuilt(a)
    a.resign(a.sown.key)


@tampering("key-differs", by=frozenset({Check.HELD}))
def the_log_rebuilt_and_signed_with_another_key(a: Attacker) -> None:
    a_whole_case_and_the_tree_rebuilt(a)
    a.resign()


@tampering("key-differs", "note-other-key", by=frozenset({Check.HELD, Check.OUTSIDE}))
def signed_anew_with_another_key(a: Attacker) -> None:
    """Nothing else is changed: a wrong key is found by itself."""
    a.resign(outside=False)


@tampering("note-forged", by=frozenset({Check.SIGNATURES}))
def a_signature_of_another_note(a: Attacker) -> None:
    one, other = (a.one("SELECT note FROM checkpoints WHERE size = ?", size) for size in SIZES)
    a.do("UPDATE checkpoints SET note = ? WHERE size = ?", one.split("\n\n")[0] + "\n\n" + other.split("\n\n")[1], SIZES[0])


@tampering("note-other-key", "key-differs", by=frozenset({Check.SIGNATURES, Check.OUTSIDE, Check.HELD}))
def the_key_taken_out(a: Attacker) -> None:
    a.do("DELETE FROM evidence_keys")


@tampering("key-twice", by=frozenset({Check.KEYS}))
def a_second_key_put_in(a: Attacker) -> None:
    new = signer.Signer(a.sown.key.name, signer.new_seed()).key
    a.do("INSERT INTO evidence_keys SELECT 2, ?, since FROM evidence_keys", str(new))


@tampering("note-other-store", by=frozenset({Check.OUTSIDE}))
def a_checkpoint_of_another_store_outside(a: Attacker) -> None:
    with another() as other:
        a.kept.keep(other.sown.held[-1])


@tampering("note-other-key", by=frozenset({Check.SIGNATURES}))
def a_checkpoint_of_another_store_in_the_store(a: Attacker) -> None:
    with another() as other:
        a.do("UPDATE checkpoints SET note = ? WHERE size = ?", other.sown.held[0], SIZES[0])

"""What is sealed opens only where it was sealed, and says why when it does not open."""

import pytest

from domain.personal import Ref
from domain.refusal import Refused
from infra.store import Draft, StoreConfig, create_store, open_store
from infra.store.envelope import Damaged
from infra.store.store import Store
from infra.store.texts import Withheld
from tests.support.seeing import seen, under
from tests.support.stores import noted, receipt, told

CASE, OTHER = "LEL-2026-0001", "LEL-2026-0002"
TEXT, NAME = Ref(CASE, 1, "text"), Ref(CASE, 2, "name")


@pytest.fixture
def filled(store: Store) -> Store:
    store.append(
        [told(CASE, "hulp bij schulden"), noted(CASE, name="Sanne"), told(CASE, "en meer"), told(OTHER, "anders")],
        expected={CASE: 0, OTHER: 0},
        receipt=receipt("c1"),
    )
    return store


def schema(store: Store) -> str:
    return "casus_keys." if store.connection().kind == "postgresql" else ""


def test_all_texts_open_at_once(filled: Store):
    refs = [TEXT, NAME, Ref(CASE, 3, "text"), Ref(OTHER, 1, "text")]
    assert list(seen(filled, refs).values()) == ["hulp bij schulden", "Sanne", "en meer", "anders"]


def test_what_is_not_there_is_absent(filled: Store):
    refs = [Ref(CASE, 1, "name"), Ref(CASE, 99, "text"), Ref("nowhere", 1, "text")]
    assert set(seen(filled, refs).values()) == {Withheld("absent")}


def test_the_salt_shows_that_a_text_is_the_one_recorded(filled: Store):
    from infra.keys.sealing import Opened, Slot, commitment
    from infra.store.envelope import parse, sealed_of

    opened = filled.texts.open_with_salts([TEXT], under(filled, [TEXT]))[TEXT]
    assert isinstance(opened, Opened)
    row = next(filled.raw_after(0))
    at = sealed_of(parse(CASE, 1, row.state))["text"]
    slot = Slot(filled.store_id, CASE, 1, "case.intake.supplemented", "text", at.subject, at.key)
    assert commitment(slot, opened.salt, opened.text).hex() == at.commitment
    assert commitment(slot, opened.salt, "iets anders").hex() != at.commitment


@pytest.mark.parametrize(
    ("moved_to", "taken_from"),
    [((CASE, 3, "text"), (CASE, 1, "text")), ((OTHER, 1, "text"), (CASE, 1, "text")), ((CASE, 1, "text"), (CASE, 2, "name"))],
    ids=["another version", "another case", "another subject and field"],
)  # fmt: skip
def test_a_ciphertext_opens_nowhere_else(filled: Store, moved_to: tuple[str, int, str], taken_from: tuple[str, int, str]):
    where = "originator_id = ? AND originator_version = ? AND field = ?"
    database = filled.connection()
    ((data, key_id),) = database.query(f"SELECT data, key_id FROM sealed_fields WHERE {where}", taken_from)
    ((own_key,),) = database.query(f"SELECT key_id FROM sealed_fields WHERE {where}", moved_to)
    for kept in (key_id, own_key):
        database.execute(f"UPDATE sealed_fields SET data = ?, key_id = ? WHERE {where}", (data, kept, *moved_to))
        with pytest.raises(Damaged) as refused:
            seen(filled, [Ref(*moved_to)])
        assert refused.value.facts["field"] == moved_to[2]


def test_a_flipped_bit_is_refused(filled: Store):
    database = filled.connection()
    ((data,),) = database.query("SELECT data FROM sealed_fields WHERE originator_version = 2")
    broken = bytes([*data[:-1], data[-1] ^ 1])
    database.execute("UPDATE sealed_fields SET data = ? WHERE originator_version = 2", (broken,))
    with pytest.raises(Damaged):
        seen(filled, [NAME])


def test_a_ciphertext_that_is_gone_while_its_key_is_there_is_damage(filled: Store):
    filled.connection().execute("DELETE FROM sealed_fields WHERE originator_version = 2")
    with pytest.raises(Damaged):
        seen(filled, [NAME])


def test_another_stores_ciphertext_does_not_open(filled: Store):
    filled.texts.store_id = "another"
    with pytest.raises(Damaged):
        seen(filled, [TEXT])


def test_erased_and_never_had_a_key_are_told_apart(filled: Store):
    from infra.keys.keystore import KeyState

    keys, prefix = filled.keys, schema(filled)
    assert (keys.state(CASE, "s1"), keys.state(CASE, "s9")) == (KeyState.ACTIVE, KeyState.NEVER)
    filled.keys_connection().execute(
        f"UPDATE {prefix}data_keys SET state = 'erased', wrapped = NULL, kek_version = NULL "
        "WHERE originator_id = ? AND subject = 's1'",
        (CASE,),
    )
    filled.keys_connection().execute(f"DELETE FROM {prefix}data_keys WHERE originator_id = ?", (OTHER,))
    keys.forget()
    assert keys.state(CASE, "s1") is KeyState.ERASED
    opened = seen(filled, [TEXT, NAME, Ref(OTHER, 1, "text")])
    assert list(opened.values()) == [Withheld("erased"), "Sanne", Withheld("never")]


def test_nothing_more_is_written_for_an_erased_subject(filled: Store):
    filled.keys_connection().execute(f"UPDATE {schema(filled)}data_keys SET state = 'erased', wrapped = NULL, kek_version = NULL")
    filled.keys.forget()
    with pytest.raises(Refused) as refused:
        filled.append([told(CASE, "toch")], expected={CASE: 3}, receipt=receipt("c2"))
    assert refused.value.code == "subject-erased"
    assert filled.version(CASE) == 3
    assert filled.receipt("c2") is None


def test_a_reopened_subject_has_a_new_key_and_the_old_text_stays_closed(filled: Store):
    import secrets

    from infra.keys.keystore import KeyState
    from infra.keys.wrapping import wrap

    keys, table = filled.keys, f"{schema(filled)}data_keys"
    filled.keys_connection().execute(f"UPDATE {table} SET state = 'erased', wrapped = NULL, kek_version = NULL")
    version, wrapped = wrap(keys.keks, secrets.token_bytes(32), ("data key", keys.store_id, CASE, "s1", "k2"))
    filled.keys_connection().execute(
        f"INSERT INTO {table} SELECT originator_id, subject, 2, 'k2', 'reopened', ?, ?, created_at, NULL "
        f"FROM {table} WHERE originator_id = ? AND subject = 's1'",
        (version, wrapped, CASE),
    )
    keys.forget()
    assert keys.state(CASE, "s1") is KeyState.REOPENED
    filled.append([told(CASE, "opnieuw")], expected={CASE: 3}, receipt=receipt("c2"))
    assert list(seen(filled, [TEXT, Ref(CASE, 4, "text")]).values()) == [Withheld("erased"), "opnieuw"]


def test_a_personal_field_without_a_text_is_a_fault(store: Store):
    from domain.events.intake import SubmissionSupplemented
    from domain.personal import Personal

    draft = told(CASE, "x")
    bare = Draft(CASE, SubmissionSupplemented(text=Personal(subject="s1")), draft.header)
    with pytest.raises(ValueError, match="no text"):
        store.append([bare], expected={CASE: 0}, receipt=receipt("c1"))
    assert store.version(CASE) == 0


def test_keys_made_by_two_at_once_are_one_key(config: StoreConfig):
    from tests.support.together import run_together

    create_store(config).close()
    found: set[str] = set()

    def make() -> None:
        with open_store(config) as store:
            store.keys.missing([(CASE, "s1")])
            found.add(store.keys.vault.states([(CASE, "s1")])[CASE, "s1"].key_id)

    run_together(make, 4)
    assert len(found) == 1


def test_no_text_stands_in_the_files_of_an_embedded_store(embedded: StoreConfig):
    with open_store(embedded) as store:
        store.append([told(CASE, "Pietje Puk uit Urk")], expected={CASE: 0}, receipt=receipt("c1"))
        for path in embedded.home.iterdir():
            assert b"Pietje" not in path.read_bytes()

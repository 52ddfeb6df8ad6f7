"""Nothing leaves the vault without a disclosure that is stored; and the disclosure comes first."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.disclosure import stream_of
from domain.events.access import Disclosed
from domain.personal import Ref
from domain.refusal import Refused
from infra.store import StoreConfig, open_store
from infra.store.disclosing import Outcome, Permit, disclosed
from infra.store.store import Store
from tests.support.seeing import READER, looking, seen, under
from tests.support.stores import receipt, told

CASE, OTHER = "LEL-2026-0001", "LEL-2026-0002"
TEXT = Ref(CASE, 1, "text")


@pytest.fixture
def filled(store: Store) -> Store:
    store.append([told(CASE, "hulp"), told(CASE, "stil", subject="s2")], expected={CASE: 0}, receipt=receipt("c1"))
    return store


def of(
    store: Store, *, subjects: tuple[str, ...] = ("s1",), fields: tuple[str, ...] = ("1.text",), stream: str = CASE,
    outcome: Outcome = "shown",
) -> str:  # fmt: skip
    permit = Permit("see-case", "show")
    return store.disclose(disclosed(permit, store.store_id, outcome, stream, subjects=subjects, fields=fields), READER)


def refused(store: Store, under: dict[str, str], ref: Ref = TEXT) -> str:
    with pytest.raises(Refused) as refusal:
        store.open_texts([ref], under)
    return refusal.value.code


def test_a_text_opens_under_a_disclosure_that_names_it(filled: Store):
    assert filled.open_texts([TEXT], {CASE: of(filled)}) == {TEXT: "hulp"}


def test_a_disclosure_is_an_event_with_a_place(filled: Store):
    stream = stream_of(of(filled))
    [record] = filled.load(stream, places=True)
    filled.head()
    assert isinstance(record.event, Disclosed)
    assert (record.event.of, record.event.subjects, record.event.fields) == (CASE, ("s1",), ("1.text",))
    assert record.header.actor == READER.actor
    assert record.recorded_by
    assert filled.place_of(stream, 1) == filled.head()


def test_without_a_disclosure_nothing_opens(filled: Store):
    assert refused(filled, {}) == "no-disclosure"
    assert refused(filled, {CASE: "0" * 32}) == "no-disclosure"


@pytest.mark.parametrize("outcome", ["denied", "reported"])
def test_a_disclosure_by_which_nothing_was_shown_opens_nothing(filled: Store, outcome: Outcome):
    assert refused(filled, {CASE: of(filled, outcome=outcome)}) == "no-disclosure"


def test_a_disclosure_of_another_case_opens_nothing_here(filled: Store):
    filled.append([told(OTHER, "anders")], expected={OTHER: 0}, receipt=receipt("c2"))
    assert refused(filled, {CASE: of(filled, stream=OTHER)}) == "no-disclosure"


def test_only_the_subjects_that_a_disclosure_names_are_opened(filled: Store):
    assert refused(filled, {CASE: of(filled, subjects=("s2",), fields=("1.text", "2.text"))}) == "no-disclosure"


def test_only_the_fields_that_a_disclosure_names_leave_the_vault(filled: Store):
    released = filled.keys.vault.release(of(filled, fields=("2.text",), subjects=("s1", "s2")))
    assert set(released.sealed) == {Ref(CASE, 2, "text")}
    assert refused(filled, {CASE: of(filled, fields=())}) == "event-damaged"


class Clock:
    """Says what a test sets."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 22, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


def test_a_disclosure_opens_nothing_any_more_after_ten_minutes(embedded: StoreConfig):
    clock = Clock()
    with open_store(embedded, clock) as store:
        store.append([told(CASE, "hulp")], expected={CASE: 0}, receipt=receipt("c1"))
        known = of(store)
        clock.at += timedelta(minutes=10)
        assert store.open_texts([TEXT], {CASE: known}) == {TEXT: "hulp"}
        clock.at += timedelta(seconds=1)
        assert refused(store, {CASE: known}) == "no-disclosure"


def test_a_disclosure_inside_a_transaction_is_refused(filled: Store):
    """Rolling the transaction back would take the trace along."""
    with filled.connection().transaction():
        filled.connection().query("SELECT 1 FROM stored_events")
        with pytest.raises(RuntimeError):
            of(filled)


def test_writing_with_a_key_that_is_there_counts_as_seeing(filled: Store, config: StoreConfig):
    with open_store(config) as again:
        again.append([told(CASE, "meer")], expected={CASE: 2}, receipt=receipt("c2"))
        again.append([told(CASE, "nog meer")], expected={CASE: 3}, receipt=receipt("c3"))
        streams = again.streams("access:")
        [event] = [again.load(stream)[0].event for stream in streams]
    assert isinstance(event, Disclosed)
    assert (event.of, event.subjects, event.outcome, event.fields, event.seen_version) == (CASE, ("s1",), "written", (), 2)


def test_a_new_key_is_the_writers_own_and_needs_no_disclosure(filled: Store):
    assert filled.streams("access:") == []


def test_looking_for_a_person_takes_a_disclosure_that_says_so(filled: Store):
    for given in (None, of(filled)):
        with pytest.raises(Refused) as refusal:
            filled.tokens.find("overlap", "1980-02-03|de boer", given)
        assert refusal.value.code == "no-disclosure"
    assert filled.tokens.find("overlap", "1980-02-03|de boer", looking(filled)) == []


def test_nothing_is_opened_when_the_disclosure_cant_be_stored(filled: Store, config: StoreConfig):
    """The store is taken away in between."""
    opened = []
    if filled.connection().kind == "sqlite":
        filled.connection().script(
            "CREATE TRIGGER no_more BEFORE INSERT ON stored_events BEGIN SELECT RAISE(ABORT, 'gone'); END;"
        )
    else:
        filled.connection().script("ALTER TABLE casus.stored_events ADD CONSTRAINT no_more CHECK (topic NOT LIKE 'access.%')")
    with pytest.raises(Exception, match=r"gone|no_more"):
        opened.append(seen(filled, [TEXT]))
    assert not opened
    assert refused(filled, {CASE: "1" * 32}) == "no-disclosure"


def test_what_a_disclosure_lets_out_is_what_it_names(filled: Store):
    refs = [TEXT, Ref(CASE, 2, "text")]
    assert list(filled.open_texts(refs, under(filled, refs)).values()) == ["hulp", "stil"]

"""Nothing of a destroyed key is left: not in the tables, and on a laptop not in a byte of the file; if it is, it is said."""

from pathlib import Path

import pytest

from domain.refusal import Refused
from infra.erasing import carrying_out
from infra.erasing.keeper import keeper_of
from infra.erasing.sweeping import sweep, traces
from tests.integration.engine.office import Office
from tests.integration.erasing.archive import QUESTION, Archive, erasing, finish, header_of, texts
from tests.support.stores import DATABASES

laptop = pytest.mark.parametrize("config", DATABASES[:1], indirect=True)


def ids(office: Office, number: str) -> list[str]:
    return list(keeper_of(office.store).keys(number, "s1"))


@laptop
def test_a_key_that_is_there_leaves_a_trace_and_a_destroyed_one_none(office: Office, archive: Archive):
    number = archive.closed()
    keys = ids(office, number)
    assert traces(office.config.keys_db, keys) > 0, "the search finds what is there"
    wrapped = [bytes(r[0]) for r in office.store.keys_connection().query("SELECT wrapped FROM data_keys WHERE subject = 's1'")]
    archive.erased(number)
    assert traces(office.config.keys_db, keys) == 0
    left = b"".join(path.read_bytes() for path in office.config.home.glob("keys.db*"))
    assert not any(w in left for w in wrapped)


@laptop
def test_what_the_file_and_its_log_still_hold_after_the_key_went_the_sweep_clears(office: Office, archive: Archive):
    number = archive.closed()
    db = office.store.keys_connection()
    ((wrapped,),) = db.query("SELECT wrapped FROM data_keys WHERE originator_id = ? AND subject = 's1'", (number,))
    right = archive.begun(number)
    left: dict[str, bool] = {}

    def look(step: str) -> None:
        left[step] = any(wrapped in path.read_bytes() for path in office.config.home.glob("keys.db*"))

    finish(office, number, right, look)
    assert left["tables"], "the table has no key any more and its bytes are still there: without the sweep they would stay"
    assert not left["sweep"]


@laptop
def test_while_somebody_reads_the_old_pages_it_is_not_said_to_be_done(office: Office, archive: Archive):
    import sqlite3

    number = archive.closed()
    right = archive.begun(number)
    reader = sqlite3.connect(office.config.keys_db)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM data_keys").fetchall()
    with pytest.raises(Refused, match="store-busy"):
        finish(office, number, right)
    reader.close()
    assert "rights.subject-erased" not in office.topics(number)
    assert finish(office, number, right).keys == 1


def test_a_key_that_is_still_there_stops_it(office: Office, archive: Archive, monkeypatch: pytest.MonkeyPatch):
    number = archive.closed()
    right = archive.begun(number)
    keeper = keeper_of(office.store)
    monkeypatch.setattr(type(keeper), "destroy", lambda *_: None)
    with pytest.raises(Refused, match="erasure-incomplete") as refused:
        finish(office, number, right)
    assert refused.value.facts == {"case": number, "step": "sweep"}
    assert "rights.subject-erased" not in office.topics(number)


def test_a_token_that_is_still_there_stops_it(office: Office, archive: Archive, monkeypatch: pytest.MonkeyPatch):
    number = archive.closed(name="Ada Verzonnen", birth_date="1980-02-03")
    right = archive.begun(number)
    monkeypatch.setattr(type(keeper_of(office.store)), "drop_tokens", lambda *_: None)
    with pytest.raises(Refused, match="erasure-incomplete"):
        finish(office, number, right)
    with pytest.raises(Refused, match="erasure-incomplete"):
        sweep(office.store, keeper_of(office.store), number, "s1", ids(office, number))


def test_without_room_for_the_ledger_nothing_is_destroyed(office: Office, archive: Archive):
    number = archive.closed()
    right = archive.begun(number)
    blocked: Path = office.config.ledger_in.parent
    blocked.write_text("in the way")
    with pytest.raises(Refused, match="ledger-unwritable"):
        finish(office, number, right)
    assert QUESTION in texts(office.store, number).values()
    blocked.unlink()
    assert finish(office, number, right).keys == 1


def test_the_line_is_in_the_ledger_before_a_key_goes(office: Office, archive: Archive):
    number = archive.closed()
    right = archive.begun(number)
    seen: list[tuple[str, int, int]] = []

    def look(step: str) -> None:
        lines = len(office.config.ledger_in.read_text().splitlines()) if office.config.ledger_in.exists() else 0
        seen.append((step, lines, keeper_of(office.store).left(number, "s1")))

    finish(office, number, right, look)
    assert [step for step, *_ in seen] == list(carrying_out.STEPS)
    assert all(lines == 1 for step, lines, left in seen if not left)


def test_a_read_model_that_still_points_at_the_person_stops_it(office: Office, archive: Archive, monkeypatch: pytest.MonkeyPatch):
    from domain.events import rights

    number = archive.closed()
    monkeypatch.setattr(rights, "_without", lambda case, subject: case.but(erased=case.erased | {subject}))
    right = archive.begun(number)
    with pytest.raises(Refused, match="erasure-incomplete") as refused:
        erasing(office, number).carry_out(number, right, header_of(office.store, number))
    assert refused.value.facts["step"] == "tables"

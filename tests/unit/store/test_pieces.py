"""Small pieces of the store: SQL for the driver, arrays as text, clocks, interrupts that wait."""

import os
import signal
import time
from datetime import UTC, datetime, timedelta

import pytest

from infra.store import Receipt, StoreConfig
from infra.store.arrays import blobs, numbers, texts, truths
from infra.store.clock import StoreClock
from infra.store.database import iso, to_psycopg
from infra.store.interrupts import held_back


@pytest.mark.parametrize(
    ("written", "sent"),
    [
        ("a = ? AND b = ?", "a = %s AND b = %s"),
        ("a LIKE 'x%' AND b = ?", "a LIKE 'x%%' AND b = %s"),
        ("a = '?' AND b = ?", "a = '?' AND b = %s"),
        ("a = 'it''s ?' AND b % 2 = ?", "a = 'it''s ?' AND b %% 2 = %s"),
    ],
)
def test_sql_is_written_once_for_both_drivers(written: str, sent: str):
    assert to_psycopg(written) == sent


def test_arrays_as_text():
    assert texts(["a", 'q"', "b\\s", "", "NULL", "{x,y}"]) == '{"a","q\\"","b\\\\s","","NULL","{x,y}"}'
    assert numbers([1, 20]) == "{1,20}"
    assert truths([True, False]) == "{t,f}"
    assert blobs([b"\x00\xff", b""]) == '{"\\\\x00ff","\\\\x"}'
    assert texts([]) == numbers([]) == truths([]) == blobs([]) == "{}"


def test_moments_as_text_sort_as_moments_do():
    start = datetime(2026, 3, 29, 0, 59, 59, 999_999, tzinfo=UTC)
    moments = [start + timedelta(microseconds=n * 977) for n in range(2000)]
    written = [iso(moment) for moment in moments]
    assert written == sorted(written)
    assert {len(text) for text in written} == {27}
    assert [datetime.fromisoformat(text) for text in written] == moments


def test_a_stores_clock_goes_on_from_what_was_heard_and_never_back():
    heard = datetime(2026, 3, 1, tzinfo=UTC)
    clock = StoreClock(lambda: heard)
    first = clock.now()
    assert heard <= first < heard + timedelta(seconds=5)
    clock.seen(heard + timedelta(hours=1))
    assert clock.now() >= heard + timedelta(hours=1)
    clock.heard(heard - timedelta(hours=1))
    clock.seen(None)
    assert clock.now() >= heard + timedelta(hours=1)


def test_a_stores_clock_is_read_again_after_a_while():
    read: list[int] = []

    def source() -> datetime:
        read.append(1)
        return datetime(2026, 3, 1, tzinfo=UTC)

    clock = StoreClock(source, renew_after=0.0)
    clock.now()
    time.sleep(0.001)
    clock.now()
    assert len(read) == 2


def test_an_interrupt_waits_until_the_block_is_done():
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # whoever runs this in the background ignores it
    try:
        _interrupted()
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    finally:
        signal.signal(signal.SIGINT, before)


def _interrupted() -> None:
    done = []

    def block() -> None:
        with held_back():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
            done.append("stored")

    with pytest.raises(KeyboardInterrupt):
        block()
    assert done == ["stored"]


def test_no_address_is_shown(tmp_path):
    config = StoreConfig(tmp_path, dsn="postgresql://ann:hunter2@db/casus")
    assert "hunter2" not in f"{config!r} {config}"


def test_a_digest_goes_over_content_not_over_how_it_was_written():
    assert Receipt.of("c", {"a": 1, "b": "é"}) == Receipt.of("c", {"b": "é", "a": 1})
    assert Receipt.of("c", {"a": 1}) != Receipt.of("c", {"a": 2})

"""The bytes of an event: permanent, and the same for whoever reads them later."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, ClassVar

import pytest

from domain.event import Recorded
from domain.events.intake import SubmissionSupplemented
from domain.personal import Personal
from domain.refusal import Refused
from infra.store import envelope
from infra.store.envelope import Damaged, SealedAt, decode, encode, parse, sealed_of
from tests.support.stores import header

GOLDEN = (
    b'{"stream":"LEL-2026-0007","version":3,"topic":"case.intake.supplemented","v":1,'
    b'"occurred_at":"2026-03-02T09:15:00.000000Z","command":"c1",\n'
    b'"by":{"actor":"kwintes-2","team":"lelystad-sit","organisation":"kwintes","role":"coordinator",'
    b'"purpose":"casusregie","assurance":"os-user"},\n'
    b'"sealed":{"text":{"subject":"s1","key":"0f","commitment":"51","digest":"b7"}},\n'
    b'"facts":{"text":{"subject":"s1"},"reasons":["debts"],"flags":[],"domains":[],"triage_by":"2026-03-09"}}'
)
"""Bytes of the first release. They are never edited: later programs must read them."""

AT = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
SEALED = {"text": SealedAt("s1", "0f", "51", "b7")}


def record() -> Recorded:
    event = SubmissionSupplemented(
        text=Personal(subject="s1", text="niet hier"), reasons=frozenset({"debts"}), triage_by=AT.date() + timedelta(7)
    )
    return Recorded("LEL-2026-0007", 3, event, AT, header())


def read(state: bytes, stream: str = "LEL-2026-0007", version: int = 3) -> Recorded:
    return decode(stream, version, state, AT, "os-1000", 12)


def test_the_bytes_of_the_first_release_are_made_and_read_as_ever():
    assert encode(record(), SEALED) == GOLDEN
    expected = record()
    event = expected.event.model_copy(update={"text": Personal(subject="s1")})
    assert read(GOLDEN) == replace(expected, event=event, recorded_at=AT, recorded_by="os-1000", place=12)
    assert sealed_of(parse("LEL-2026-0007", 3, GOLDEN)) == SEALED


def test_it_is_one_json_object_in_lines():
    assert json.loads(GOLDEN)["facts"]["triage_by"] == "2026-03-09"
    assert GOLDEN.count(b"\n") == 3
    assert encode(record(), {}).count(b"\n") == 2


def test_no_text_is_in_it():
    assert b"niet hier" not in encode(record(), SEALED)


def test_a_moment_is_stored_in_utc_with_six_decimals():
    elsewhere = AT.astimezone(timezone(timedelta(hours=2)))
    assert encode(replace(record(), occurred_at=elsewhere), SEALED) == GOLDEN
    with pytest.raises(ValueError, match="zone"):
        encode(replace(record(), occurred_at=AT.replace(tzinfo=None)), SEALED)


def test_everything_in_a_header_comes_back():
    full = replace(header("c2"), correlation="c0", causation="c1", profile="lelystad-sit", profile_digest="ab" * 32)
    assert read(encode(replace(record(), header=full), {})).header == full
    assert read(GOLDEN).header == header()


@pytest.mark.parametrize(
    "state",
    [b"", b"{}", b"\n\n", GOLDEN[:-1], GOLDEN.replace(b'"v":1', b'"v":"x"'), GOLDEN.replace(b"debts", b"NO CODE"),
     GOLDEN.replace(b"\n", b""),
     GOLDEN.replace(b"2026-03-02T09", b"when")],
    ids=["nothing", "no envelope", "empty lines", "cut off", "no version", "no fact", "no lines", "no time"],
)  # fmt: skip
def test_bytes_that_are_no_envelope_are_refused(state: bytes):
    with pytest.raises(Damaged):
        read(state)


@pytest.mark.parametrize(("stream", "version"), [("LEL-2026-0008", 3), ("LEL-2026-0007", 4)])
def test_an_envelope_of_another_place_is_refused(stream: str, version: int):
    for reads in (lambda: read(GOLDEN, stream, version), lambda: parse(stream, version, GOLDEN)):
        with pytest.raises(Damaged) as refused:
            reads()
        assert refused.value.facts == {"stream": stream, "version": version}


class Supplemented(SubmissionSupplemented):
    """As it would be once a field had got another name."""

    TOPIC: ClassVar[str] = "case.intake.supplemented"
    VERSION: ClassVar[int] = 2
    why: frozenset[str] = frozenset()

    @classmethod
    def upcast(cls, facts: dict[str, Any], version: int) -> dict[str, Any]:
        assert version == 1
        return {**facts, "why": facts["reasons"]}


def test_an_older_event_is_brought_up_to_date_on_reading(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(envelope, "resolve", lambda _topic: Supplemented)
    event = read(GOLDEN).event
    assert isinstance(event, Supplemented)
    assert event.why == {"debts"}


@pytest.mark.parametrize(
    ("written", "topic", "version"),
    [
        (GOLDEN.replace(b'"v":1', b'"v":2'), "case.intake.supplemented", 2),
        (GOLDEN.replace(b"intake.supplemented", b"intake.unheard-of"), "case.intake.unheard-of", 1),
        (GOLDEN.replace(b"intake.supplemented", b"unheard.of"), "case.unheard.of", 1),
    ],
)
def test_an_event_of_a_later_program_is_refused(written: bytes, topic: str, version: int):
    with pytest.raises(Refused) as refused:
        read(written)
    assert refused.value.code == "event-too-new"
    assert refused.value.facts == {"topic": topic, "version": version}

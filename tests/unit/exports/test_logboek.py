"""Rows of Logboek Dataverwerkingen: one person each, joined by trace and span, and nobody who looked."""

from __future__ import annotations

import hmac
import json
from datetime import UTC, datetime
from typing import Any

import pytest

from infra.exports.logboek import TYPE, lines
from projections.disclosures import DisclosureRow
from tests.support.seen import by, disclosed, row

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)
CASE = "LEL-2026-0007"


def told(*rows: DisclosureRow, recipient: bytes = b"audit") -> list[dict[str, Any]]:
    return [json.loads(line) for line in lines(rows, lambda who: hmac.digest(recipient, who, "sha256"))]


def who(lines: list[dict[str, Any]]) -> list[str | None]:
    return [line["attributes"].get("dpl.core.data_subject_id") for line in lines]


def test_a_row_has_the_core_and_no_more():
    [line] = told(row(AT, disclosed(CASE)))
    assert line.keys() == {"trace_id", "span_id", "status", "name", "start_time", "end_time", "attributes"}
    assert line["attributes"].keys() == {
        "dpl.core.processing_activity_id", "dpl.core.data_subject_id", "dpl.core.data_subject_id_type"
    }  # fmt: skip
    assert (len(line["trace_id"]), len(line["span_id"]), line["attributes"]["dpl.core.data_subject_id_type"]) == (32, 16, TYPE)
    assert line["attributes"]["dpl.core.processing_activity_id"].endswith(":case-direction")


def test_two_persons_are_two_rows_with_the_same_trace_and_span():
    two = told(row(AT, disclosed(CASE, subjects=("s1", "s2"))))
    assert len(set(who(two))) == 2
    assert len({(line["trace_id"], line["span_id"]) for line in two}) == 1


def test_no_row_tells_who_looked_or_which_case_it_was():
    text = json.dumps(told(row(AT, disclosed(CASE, seen=("LEL-2026-0008",)), by("kwintes-2", command="c77"))))
    for secret in ("kwintes", "os-1000", "c77", "LEL-", "s1", "lelystad", "professional"):
        assert secret not in text


def test_the_same_person_has_another_pseudonym_with_another_recipient():
    one, other = (told(row(AT, disclosed(CASE)), recipient=name) for name in (b"audit", b"region"))
    assert who(one) != who(other)
    assert who(one) == who(told(row(AT, disclosed(CASE, trace=9)), recipient=b"audit"))


def test_the_same_id_in_another_case_is_another_person():
    assert len(set(who(told(row(AT, disclosed(CASE)), row(AT, disclosed("LEL-2026-0008")))))) == 2


@pytest.mark.parametrize("number", [CASE, "GRN-2026-12345"])
def test_a_case_seen_without_its_texts_is_its_residents(number: str):
    [bare] = told(row(AT, disclosed(number, subjects=(), fields=())))
    [opened] = told(row(AT, disclosed(number, subjects=("s1",))))
    assert who([bare]) == who([opened]) != [None]


def test_a_list_is_a_row_for_each_resident_in_it():
    found = told(row(AT, disclosed(None, subjects=(), fields=(), seen=("LEL-2026-0001", "LEL-2026-0002"))))
    assert len(set(who(found))) == 2


def test_what_is_of_nobody_is_left_out_for_a_row_is_of_a_person():
    assert who(told(row(AT, disclosed(None, subjects=(), fields=())))) == []
    assert who(told(row(AT, disclosed("lelystad-sit", subjects=(), fields=())))) == []


def test_what_was_denied_is_no_processing():
    assert told(row(AT, disclosed(CASE, outcome="denied", subjects=(), fields=()))) == []

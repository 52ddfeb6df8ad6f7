"""Rows of disclosures: what was seen, findable by each case and each person; and what a resident gets of it."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

from domain.event import Recorded
from domain.events.access import Disclosed
from projections.disclosures import DISCLOSED, DISCLOSURES
from projections.history import AccessHistory, history_of
from projections.overviewing import Use, overview
from tests.support.seen import by, disclosed, looked, row

AT = datetime(2026, 3, 2, 9, tzinfo=UTC)


def history(event: Disclosed, recorded_at: datetime | None = AT) -> AccessHistory:
    draft = looked(event, by())
    found = history_of([Recorded(draft.stream, 1, event, datetime(2020, 1, 1, tzinfo=UTC), draft.header, recorded_at, "os-1")])
    assert found is not None
    return found


def pairs(event: Disclosed) -> list[tuple[str, str]]:
    return [(r.number, r.subject) for r in DISCLOSED.rows(history(event))]


def test_each_person_whose_key_was_released_has_a_row():
    assert pairs(disclosed("LEL-2026-0007", subjects=("s1", "s3"))) == [("LEL-2026-0007", "s1"), ("LEL-2026-0007", "s3")]


def test_a_case_seen_without_a_text_has_a_row_of_nobody():
    assert pairs(disclosed("LEL-2026-0007", subjects=(), fields=())) == [("LEL-2026-0007", "")]


def test_each_case_in_a_list_has_a_row_and_one_that_was_looked_into_as_well_has_one_of_its_own():
    assert pairs(disclosed(None, subjects=(), seen=("B-1", "A-1"))) == [("A-1", ""), ("B-1", "")]
    assert pairs(disclosed("A-1", subjects=("s1",), seen=("A-1", "B-1"))) == [("A-1", "s1"), ("B-1", "")]


def test_what_was_seen_of_no_case_has_no_row_by_case_but_one_in_the_log():
    event = disclosed(None, subjects=(), fields=(), what="stats")
    assert pairs(event) == []
    assert len(list(DISCLOSURES.rows(history(event)))) == 1


def test_the_moment_is_the_stores_own_and_not_the_clients():
    [found] = DISCLOSURES.rows(history(disclosed()))
    assert found.at == AT
    [not_stamped] = DISCLOSURES.rows(history(disclosed(), None))
    assert not_stamped.at.year == 2020


def test_what_was_disclosed_is_all_in_the_row():
    event = disclosed(seen=("A-1", "B-1"), recipient="audit", digest="cd" * 32, outcome="exported")
    [found] = DISCLOSURES.rows(history(event))
    told = {name: getattr(found, name) for name in type(event).model_fields}
    assert told | {"seen": tuple(json.loads(found.seen))} == event.model_dump()


def test_an_overview_adds_up_by_day_organisation_and_purpose_and_leaves_out_who_and_what_was_denied():
    evening = datetime(2026, 3, 2, 23, 30, tzinfo=UTC)  # the next day in Amsterdam
    rows = [
        row(AT, disclosed(fields=("1.question",)), by("kwintes-1"), 1),
        row(AT, disclosed(fields=("2.name",)), by("kwintes-2"), 2),
        row(AT, disclosed(outcome="denied", subjects=(), fields=()), by("politie-1", "politie"), 3),
        row(evening, disclosed(fields=()), by("kwintes-1"), 4),
    ]
    found = overview(rows)
    assert [(use.on, u.times, len(u.readers), sorted(u.kinds)) for use, u in found.items()] == [
        (date(2026, 3, 2), 2, 2, ["name", "question"]),
        (date(2026, 3, 3), 1, 1, []),
    ]
    assert all(use.organisation == "kwintes" for use in found)
    assert all(not uses.named for uses in found.values())


def test_an_overview_names_only_those_of_whom_it_was_decided():
    rows = [row(AT, disclosed(), by("kwintes-1"), 1), row(AT, disclosed(), by("kwintes-2"), 2)]
    [uses] = overview(rows, frozenset({("lelystad-sit", "kwintes-2")})).values()
    assert uses.named == {("lelystad-sit", "kwintes-2")}
    [other_table] = overview(rows, frozenset({("other-table", "kwintes-1")})).values()
    assert other_table.named == set()


def test_what_opened_a_text_and_what_did_not_are_two_uses():
    bare, opened = overview([row(AT, disclosed(fields=()), number=1), row(AT, disclosed(), number=2)])
    assert (bare.texts, opened.texts) == (False, True)


def test_a_use_says_what_it_rested_on_and_to_whom_it_went():
    [use] = overview([row(AT, disclosed(outcome="exported", recipient="audit", basis="legal-duty"))])
    assert use == Use(
        date(2026, 3, 2), "exported", "kwintes", "lelystad-sit", "case-direction", "legal-duty", "audit", True
    )  # fmt: skip

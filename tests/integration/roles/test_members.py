"""Who comes into a case and who goes out: only by an event that brings it about, from somebody who is in the case."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import groupby
from random import Random
from typing import Any

import psycopg
import pytest

from domain.case import Case
from domain.event import Recorded, replay
from infra.store.members import Grain, changed
from tests.integration.engine.office import GRN, ZEI
from tests.integration.roles.by_hand import envelope, head, record
from tests.integration.roles.house import House
from tests.integration.roles.test_appending_by_hand import FACTS, TOPIC, last, who
from tests.property.choosing import Mood, choose
from tests.property.playing import PAUSES, Tally, step
from tests.property.preparing import prepared
from tests.property.world import first_world

LIVE = (
    "SELECT grain, nullif(starts, '-infinity')::text, nullif(ends, 'infinity')::text FROM casus.case_members "
    "WHERE number = %s AND until IS NULL AND grain ~ '^(professional|partner|table):' ORDER BY 1"
)
SEQUENCES, COMMANDS = 25, 60


def members(house: House, number: str) -> list[Any]:
    with house.owner() as owner:
        return [list(row) for row in owner.execute(LIVE, (number,)).fetchall()]


def broken(house: House, name: str) -> dict[str, Any]:
    until = (datetime.now(UTC) + timedelta(minutes=30)).isoformat()
    return {"glass": "BG9", "professional": house.ids[name], "team": GRN, "until": until}


def refused(house: House, name: str, number: str, topic: str, facts: dict[str, Any], then: list[Any]) -> None:
    """Somebody records this by hand and says that these are the parts then: refused, and nothing changed."""
    before, version = members(house, number), last(house, number) + 1
    with house.sql(name) as client:
        if topic == "case.access.glass-broken":
            client.execute("SELECT casus.knock(%s)", (number,))
        with pytest.raises(psycopg.errors.InsufficientPrivilege, match="casus: self-admission"):
            record(client, number, version, topic, who(house, name), facts, members={number: then})
    assert members(house, number) == before


@pytest.mark.parametrize("number", ["case", "other", "foreign"])
def test_broken_glass_makes_nobody_a_member(house: House, number: str) -> None:
    case = getattr(house, number)
    mine = [f"professional:{GRN}/{house.ids['outsider']}", None, None]
    refused(house, "outsider", case, "case.access.glass-broken", broken(house, "outsider"), [*members(house, case), mine])


def test_broken_glass_puts_nobody_out(house: House) -> None:
    refused(house, "outsider", house.case, "case.access.glass-broken", broken(house, "outsider"), [])


def test_a_privacy_officer_changes_nobody_s_part(house: House) -> None:
    then = [*members(house, house.other), [f"professional:{GRN}/{house.ids['outsider']}", None, None]]
    facts = {"right": "R9", "kind": "access", "subject": "s1", "received": "2026-11-01", "by": "2026-12-01"}
    for parts in (then, []):
        refused(house, "privacy", house.other, "case.rights.requested", {**facts, "x": house.ids["outsider"]}, parts)


def test_a_topic_that_ends_no_part_puts_nobody_out(house: House) -> None:
    refused(house, "member", house.case, TOPIC, FACTS, [])
    refused(house, "coordinator", house.case, "case.parties.partner-invited", {"partner": "politie"},
            [[f"table:{GRN}", None, None], [f"partner:{GRN}/politie", None, None]])  # fmt: skip


def test_the_own_table_is_never_put_out(house: House) -> None:
    then = [g for g in members(house, house.case) if g[0] != f"table:{GRN}"]
    refused(house, "member", house.case, "case.correcting.entry-withdrawn", {"entry": 99}, then)


def test_who_comes_in_is_named_where_the_topic_names_them(house: House) -> None:
    """Not beside it, not as another kind, and not of another table."""
    now, topic = members(house, house.case), "case.parties.partner-invited"
    for grain in (f"partner:{GRN}/politie", f"professional:{GRN}/vnn", f"partner:{ZEI}/vnn", "table:vnn"):
        refused(house, "member", house.case, topic, {"partner": "vnn", "x": "politie"}, [*now, [grain, None, None]])


def test_unchanged_parts_and_a_named_one_are_taken(house: House) -> None:
    """The control."""
    now = members(house, house.case)
    with house.owner() as owner:  # a part that ended by its date stays among them
        owner.execute("INSERT INTO casus.case_members VALUES (%s, %s, '2026-01-01', '2026-01-05', now())",
                      (house.case, f"professional:{GRN}/{house.ids['coordinator']}"))  # fmt: skip
    then = members(house, house.case)
    assert len(then) == len(now) + 1
    with house.sql("member") as client:
        me = who(house, "member")
        assert record(client, house.case, last(house, house.case) + 1, TOPIC, me, FACTS, members={house.case: then}) == "stored"
        more = [*then, [f"partner:{GRN}/gemeente", None, None]]
        assert record(client, house.case, last(house, house.case) + 1, "case.parties.partner-invited", me,
                      {"partner": "gemeente"}, members={house.case: more}) == "stored"  # fmt: skip
    assert f"partner:{GRN}/gemeente" in {g[0] for g in members(house, house.case)}


def played() -> Iterator[list[Recorded]]:
    """What came of commands asked at random at every table: the records of one act in one case, in the order of its stream."""
    world = prepared(first_world())
    home = tuple(t.id for t in world.teams.values() if t.kind == "team")
    for n in range(SEQUENCES):
        chance = Random(f"members-{n}")
        mood, here, tally = Mood.of(chance), world.fork(), Tally()
        for _ in range(COMMANDS):
            here.clock.at += chance.choice(PAUSES[:3]) * chance.random()
            asked = choose(here, chance, home, mood)
            if asked is not None:
                step(here, asked, tally)
        for number in sorted(here.cases):
            yield here.records(number)


def test_the_topics_are_those_by_which_the_domain_changes_who_is_in_a_case(house: House) -> None:
    """Every act that was played is put to the function that checks, with the members that the program would give."""
    seen: set[str] = set()
    with house.owner() as owner:
        for records in played():
            owner.execute("DELETE FROM casus.case_members WHERE number = 'XX-1'")
            owner.execute("DELETE FROM casus.cases WHERE number = 'XX-1'")
            before, done = Case(), 0
            for _, act in groupby(sorted(records, key=lambda r: r.version), lambda r: r.header.command):
                those = list(act)
                done += len(those)
                after = replay(Case(), sorted(records, key=lambda r: r.version)[:done])
                parts = changed(before, after)
                if parts is not None and after.team:
                    seen |= {r.topic for r in those}
                    _put(owner, those, parts, after)
                before = after
        rows = owner.execute("SELECT DISTINCT topic FROM casus.member_topics").fetchall()
    assert len({t for (t,) in rows} & seen) >= 20, sorted(seen)


def _put(owner: psycopg.Connection[Any], act: list[Recorded], parts: list[Grain], case: Case) -> None:
    header, members = act[0].header, json.dumps({"XX-1": parts})
    owner.execute("INSERT INTO casus.cases VALUES ('XX-1', %s) ON CONFLICT DO NOTHING", (case.team,))
    states = [envelope(head("XX-1", r.version, r.topic, "c"), {}, _facts(r)) for r in act]
    # Who takes up an imported case is the owner's to say; they are in it from then on.
    versions = [1 if r.topic == "case.intake.taken-up" else r.version for r in act]
    given = (["XX-1"] * len(act), versions, [r.topic for r in act], states, members)
    # The days that were played are past: of a table whose direction has ended since, the case's own speaks.
    lasting = {grain for grain, _, end in owner.execute(LIVE, ("XX-1",)).fetchall() if end is None}
    team = header.team if f"table:{header.team}" in lasting else case.team
    try:
        owner.execute(
            "SELECT casus.check_members(ROW(%s, 'x', 'x', '{cleared}', '{coordinator}', NULL, true)::casus.roster, "
            "%s, %s, %s, %s, %s::jsonb)", (team, *given),
        )  # fmt: skip
    except psycopg.errors.InsufficientPrivilege:
        was = owner.execute(LIVE, ("XX-1",)).fetchall()
        pytest.fail(f"{[(r.topic, _facts(r)) for r in act]} by {team} at {case.team}\n{was}\n{parts}")
    owner.execute("SELECT casus.keep_members(%s::jsonb, clock_timestamp())", (members,))


def _facts(r: Recorded) -> dict[str, Any]:
    return r.event.model_dump(mode="json", exclude=set(r.event.personal_fields()))

"""No login stores what readers can't take apart, nor a text in the clear where a code, an id or a day belongs."""

from typing import Any

import psycopg
import pytest

from infra.store.roles.shapes import event_shapes
from projections.registry import projection
from tests.examples import EVENTS
from tests.integration.engine.office import GRN, opened
from tests.integration.roles.by_hand import disclose, envelope, head, record
from tests.integration.roles.house import House
from tests.integration.roles.test_appending_by_hand import FACTS, TOPIC, last, who

TOLD = "J. Jansen, 123456782"


def refused(why: str) -> Any:
    return pytest.raises(psycopg.errors.InsufficientPrivilege, match=f"casus: {why}")


@pytest.mark.parametrize(
    "says", [{"extra": "x"}, {"code": TOLD}, {"code": None}, {"host": "Laptop van Jan"}, {"seen": [TOLD]}, {"seen_version": "1"}]
)
def test_a_disclosure_holds_what_a_disclosure_holds(house: House, says: dict[str, Any]) -> None:
    with house.sql("member") as client:
        disclose(client, who(house, "member"), house.case, [], [])  # the control
        with refused("forged-(facts|disclosure)"):
            disclose(client, who(house, "member"), house.case, [], [], says=says)
        with refused("forged-disclosure"):
            disclose(client, who(house, "member"), TOLD, [], [], "denied")
        with refused("forged-header"):
            disclose(client, who(house, "member", purpose=TOLD), house.case, [], [])
        with refused("forged-header"):
            disclose(client, who(house, "member", note="jan"), house.case, [], [])


@pytest.mark.parametrize("says", [{"extra": TOLD}, {"seen": ["GRN-2026-0001"]}, {"recipient": TOLD}, {}])
def test_whoever_is_on_no_roster_leaves_a_denial_and_no_word_of_their_own(house: House, says: dict[str, Any]) -> None:
    with house.owner() as owner:
        owner.execute("UPDATE casus.roster SET here = false WHERE login = %s", (house.logins["outsider"],))
    me = {"actor": house.logins["outsider"], "team": "nergens", "assurance": "database-login", "purpose": "case-direction"}
    try:
        with house.sql("outsider") as client:
            disclose(client, me, None, [], [], "denied")  # the control
            with refused("forged"):
                disclose(client, me, None, [] if says else ["s1"], [], "denied", says=says)
            with refused("forged"):
                disclose(client, me | {"role": "coordinator"}, None, [], [], "denied")
    finally:
        with house.owner() as owner:
            owner.execute("UPDATE casus.roster SET here = true WHERE login = %s", (house.logins["outsider"],))


@pytest.mark.parametrize(
    "facts",
    [{}, {**FACTS, "note": TOLD}, {"meeting": "gisteren"}, {"meeting": "2026-02-30"}, {"meeting": None}, {"on": "2026-12-10"}],
)
def test_an_event_holds_what_its_class_holds(house: House, facts: dict[str, Any]) -> None:
    with house.sql("member") as client, refused("forged-facts"):
        record(client, house.case, last(house, house.case) + 1, TOPIC, who(house, "member"), facts)


@pytest.mark.parametrize("left", ["unsealed", "of another", "in the clear"])
def test_a_text_is_sealed(house: House, left: str) -> None:
    topic, stated = "case.learning.point-recorded", {"kind": "obstacle"}
    version = last(house, house.case) + 1
    with house.sql("member") as client:
        if left == "unsealed":
            with refused("forged-seal"):
                record(client, house.case, version, topic, who(house, "member"), {**stated, "text": {"subject": "s1"}})
        elif left == "in the clear":
            with refused("forged-facts"):
                record(client, house.case, version, topic, who(house, "member"), {**stated, "text": TOLD})
        else:
            state = envelope(
                head(house.case, version, topic, "c1"), who(house, "member"), {**stated, "text": {"subject": "s1"}},
                b'"sealed":{"text":{"subject":"s2"}},',
            )  # fmt: skip
            with refused("forged-seal"):
                record(client, house.case, version, topic, {}, {}, state=state, command="c1")
        assert record(client, house.case, version, topic, who(house, "member"), stated, sealed={"text": "s1"}) == "stored"


def test_every_event_that_is_made_fits_and_the_database_has_the_classes_shapes(house: House) -> None:
    """Of each topic its example, as it is stored: what the database has and what the classes say are one."""
    shapes = {s.topic: s.shape for s in event_shapes()}
    with house.owner() as owner:
        found = {row[0] for row in owner.execute("SELECT topic FROM casus.event_shapes")}
        assert found == shapes.keys()
        for event in EVENTS:
            row = owner.execute("SELECT casus.fits(%s, shape) FROM casus.event_shapes WHERE topic = %s",
                                (event.model_dump_json(), event.TOPIC)).fetchone()  # fmt: skip
            assert row == (True,), event.TOPIC


def test_lists_go_on_after_what_was_tried(house: House) -> None:
    with house.sql("member") as client, refused("forged-facts"):
        disclose(client, who(house, "member"), house.case, [], [], says={"extra": TOLD})
    with opened(house.config) as office:
        new = office.submitted(GRN, name="Nieuw")
        assert new in {r.number for r in office.models.rows(projection("cases"))}

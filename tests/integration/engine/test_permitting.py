"""Every command passes the policy in the real engine, as the page says; who is denied changes nothing, and it is stored."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from commands.base import CaseCommand, Command, TeamCommand
from commands.next import possible
from domain.disclosure import PREFIX
from domain.events.access import Disclosed
from domain.membership import functions_in
from domain.profile import Profile
from domain.refusal import Refused
from infra.engine import Request
from tests.command_examples import COMMANDS
from tests.integration.engine.office import GRN, ZEI, Office
from tests.property.world import LOGIN
from tests.support.who_may import page

RESTRICTED_ANYWAY = {"team.establish"}
"""What an example can't be made to ask of this table."""


@dataclass(frozen=True)
class Asker:
    """Somebody who asks, at which table, as what, and how they stand to the case."""

    who: str
    team: str
    function: str
    relation: str


@pytest.fixture
def number(office: Office) -> str:
    """A case at a table that has somebody of every function."""
    for role in ("privacy-officer", "auditor", "reporting", "administrator"):
        office.ask("team.add-professional", GRN, partner="gemeente", roles=[role], name="Ada Verzonnen")
    made = office.accepted()
    office.ask("parties.assign-contact-point", case=made, professional="vnn-1")
    return made


def askers(office: Office) -> list[Asker]:
    """Who coordinates, who takes part, who sits there beside it, the four offices, and two of another table."""
    found = []
    for team, relation in ((GRN, "table"), (ZEI, "other")):
        table = office.engine.team(team)
        profile = Profile.model_validate_json(table.profile_json)
        seen = set[tuple[str, str]]()
        for person in table.active():
            [function] = functions_in(table, person.id, profile)
            own = team == GRN and (function == "coordinator" or person.id == "vnn-1")
            stands = "own" if own else relation
            if (function, stands) not in seen:
                seen.add((function, stands))
                found.append(Asker(person.id, team, function, stands))
    return found


def stranger_of(office: Office) -> Asker:
    """Somebody of the table who has no part in the case."""
    return next(a for a in askers(office) if (a.function, a.relation) == ("professional", "table"))


def of_this(command: Command, number: str) -> Command:
    """The example of a command, asked of our case or our table."""
    if isinstance(command, CaseCommand):
        return command.model_copy(update={"case": number, "about": "s1"})
    return command.model_copy(update={"team": GRN}) if isinstance(command, TeamCommand) else command


def denials(office: Office) -> Iterator[Disclosed]:
    for stream in office.store.streams(PREFIX):
        [record] = office.store.load(stream)
        if isinstance(record.event, Disclosed) and record.event.outcome == "denied":
            yield record.event


def test_every_command_is_decided_as_the_page_says_and_a_denial_is_stored(office: Office, number: str):
    said, before, wrong = page(), office.store.version(number), list[str]()
    tally: Counter[str] = Counter()
    asking = askers(office)
    assert len(asking) == 9, asking
    table = office.store.version(GRN)
    for _, example in COMMANDS if office.config.dsn is None else COMMANDS[::4]:
        command = of_this(example, number)
        what = command.command_name().replace(".", "-")
        row = said.rows[said.classes[what]]
        for asker in asking if command.command_name() not in RESTRICTED_ANYWAY else ():
            if isinstance(command, TeamCommand) and asker.team != GRN:
                continue  # nobody of another table is on this roster: that is told before
            code = asked(office, command, asker)
            may = asker.function in row.may[asker.relation]
            tally["denied" if code else "allowed"] += 1
            if (code is None) != may:
                wrong.append(f"{what} by {asker}: {code}, and the page says {may}")
    found = list(denials(office))
    print(f"\n{tally.total()} asked of the engine: {dict(tally)}")
    assert wrong == []
    assert (office.store.version(number), office.store.version(GRN)) == (before, table)
    assert len(found) == tally["denied"]
    assert {d.of for d in found if d.of is not None} <= {number, GRN}
    assert min(tally.values()) > 40, "as many denied as allowed, or nearly: else it proves little"


def asked(office: Office, command: Command, asker: Asker) -> str | None:
    """Why somebody may not, if they may not; what else a rule has to say is not looked at."""
    request = Request(LOGIN, acting_as=asker.who, team=asker.team, dry_run=True)
    try:
        office.engine.run(command, request)
    except Refused as refused:
        return str(refused.facts["code"]) if refused.code == "not-allowed" else None
    return None


def test_a_denial_says_who_was_denied_what_and_why(office: Office, number: str):
    stranger = stranger_of(office)
    with pytest.raises(Refused) as refused:
        office.ask("monitoring.check", case=number, who=stranger.who, observed="Gezien", progress=True)
    assert (refused.value.code, refused.value.facts["code"]) == ("not-allowed", "not-member")
    [found] = denials(office)
    assert (found.of, found.action, found.what, found.code) == (number, "monitor", "monitoring-check", "not-member")
    assert (found.subjects, found.fields) == ((), ())
    [record] = [r for s in office.store.streams(PREFIX) for r in office.store.load(s) if r.event == found]
    assert (record.header.actor, record.header.team, record.header.purpose) == (stranger.who, GRN, "case-direction")


def test_who_is_on_no_roster_is_denied_and_that_is_stored(office: Office, number: str):
    command = of_this(example_of("monitoring.check"), number)
    for request in (Request("os-1999"), Request(LOGIN, acting_as="navy-1", team=GRN)):
        with pytest.raises(Refused, match="not-on-roster"):
            office.engine.run(command, request)
    assert [(d.of, d.what, d.code) for d in denials(office)] == [(number, "monitoring-check", "not-on-roster")] * 2


def test_who_took_part_once_is_told_apart_from_who_never_did(office: Office, number: str):
    stranger = stranger_of(office)
    office.ask("parties.invite", case=number, partner=stranger.who.rpartition("-")[0])
    office.ask("monitoring.check", case=number, who=stranger.who, observed="Gezien", progress=True)
    office.ask("parties.decline", case=number, partner=stranger.who.rpartition("-")[0], reason="Niet nodig")
    with pytest.raises(Refused) as refused:
        office.ask("monitoring.check", case=number, who=stranger.who, observed="Gezien", progress=True)
    assert refused.value.facts["code"] == "former-member"


def test_without_the_agreement_nobody_works_on_a_case_and_a_case_is_submitted_all_the_same(office: Office, number: str):
    office.ask("team.sign-sharing", GRN, partners=["vnn"])
    with pytest.raises(Refused) as refused:
        office.ask("monitoring.check", case=number, observed="Gezien", progress=True)
    assert refused.value.facts["code"] == "no-sharing-agreement"
    assert office.submitted()


def test_a_purpose_is_one_of_the_register_and_covers_what_is_done(office: Office, number: str):
    for purpose, code in (("curiosity", "purpose-unknown"), ("reporting", "purpose-does-not-cover")):
        asked = Request(LOGIN, acting_as=office.chair(GRN), team=GRN, purpose=purpose)
        with pytest.raises(Refused) as refused:
            office.engine.run(of_this(example_of("monitoring.check"), number), asked)
        assert refused.value.facts["code"] == code
    stored = {r.header.purpose for s in office.store.streams(PREFIX) for r in office.store.load(s)}
    assert "curiosity" not in stored, "what was typed may be anything: it is not kept"


def test_merging_asks_of_both_cases(office: Office, number: str):
    theirs = office.submitted(ZEI, anonymous=True)
    with pytest.raises(Refused) as refused:
        office.ask("closing.merge", case=number, into=theirs, why="Dezelfde")
    assert (refused.value.code, refused.value.facts["case"]) == ("not-allowed", theirs)


def test_what_can_be_done_next_is_looked_at_by_the_same_desk(office: Office, number: str):
    case, desk = office.engine.desk(number, Request(LOGIN, acting_as=office.chair(GRN), team=GRN))
    assert list(possible(case, desk))


def example_of(name: str) -> Command:
    return next(command for _, command in COMMANDS if command.command_name() == name)

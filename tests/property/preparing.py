"""A world to begin in: every table set up, with cases that were accepted and one in triage."""

from __future__ import annotations

from datetime import timedelta
from random import Random

from domain.event import Header
from domain.events.imported import ActivityImported
from infra.engine import Outcome, Request
from infra.store.draft import Draft, Receipt
from tests.property.wishes.looking import Looker
from tests.property.wishes.of_tables import submission
from tests.property.world import LOGIN, Asked, World, command


def prepared(world: World, cases: int = 2) -> World:
    """The world with some cases at every table that takes any: accepted, the last of each still in triage."""
    chance = Random("prepared")
    for team in [t.id for t in world.teams.values() if t.kind == "team"]:
        look = Looker(world, chance, team)
        assert look.profile.triage is not None
        for n in range(cases + 1):
            number = _asked(world, "intake.submit", team, **submission(look)).stream
            if n == cases:
                break
            for criterion in look.profile.triage.criteria:
                _asked(world, "triage.assess", team, case=number, criterion=criterion.id, met=True, motivation="x")
            _asked(world, "consent.give", team, case=number)
            _asked(world, "triage.accept", team, case=number)
    for n in range(1, cases + 1):
        _imported(world, f"elsewhere:case-{n}")
    return world


def _imported(world: World, stream: str) -> None:
    """A case with a history from elsewhere, that no table has taken up."""
    header = Header("import", "", "", "", "import", "c0", "os-user")
    steps = [ActivityImported(source="elsewhere", position=p, activity="Register") for p in (1, 2, 3)]
    drafts = [Draft(stream, e, header, world.clock.at + timedelta(minutes=e.position)) for e in steps]
    world.clock.at += timedelta(minutes=5)
    world.log.append(drafts, expected={stream: 0}, receipt=Receipt.of(f"import-{stream}", {}))
    world.refold(stream)


def _asked(world: World, name: str, team: str, /, **fields: object) -> Outcome:
    world.clock.at += timedelta(minutes=3)
    return world.ask(Asked(command(name, **fields), Request(LOGIN, acting_as=world.teams[team].chair, team=team), world.clock.at))

"""What holds for every command alike: allowed, asked twice, asked of a case in another state, at another table, unborn."""

from __future__ import annotations

import pytest

import commands
from commands.base import CaseCommand, Command, TeamCommand
from commands.handle import decide
from domain.case import Status
from domain.refusal import Refused
from tests.command_examples import COMMANDS, situation
from tests.scenario import CASE, Situation, case
from tests.support.tables import LOCK, LOCK_MASTER

NAMES = sorted(commands.discover())
CASE_COMMANDS = [n for n in NAMES if issubclass(commands.resolve(n), CaseCommand)]


def _states(name: str) -> frozenset[Status]:
    kind = commands.resolve(name)
    assert issubclass(kind, CaseCommand)
    return kind.STATES


WRONG = [
    (name, status) for name in CASE_COMMANDS for status in Status if status not in (Status.NONE, Status.IMPORTED, *_states(name))
]
"""Every command with each state of a case in which it cannot be asked."""

OBSERVES_ANEW = {
    "intake.submit": "a second submission is a second case; a retry is known by its command id",
    "intake.supplement": "what a submitter adds may be said twice",
    "intake.note-subject": "two children have no names to tell them apart by",
    "intake.identify": "sealed texts cannot be compared",
    "intake.record-tried": "sealed texts cannot be compared",
    "consent.record-ground": "sealed texts cannot be compared",
    "triage.assess": "weighed again, with another motivation",
    "triage.ask": "asked again",
    "parties.add-to-circle": "sealed names cannot be compared",
    "meeting.discuss": "a case may be discussed twice in one meeting",
    "meeting.propose": "a subgroup may propose more than once",
    "plan.answer": "sealed texts cannot be compared: the last answer counts",
    "plan.not-endorsed": "why, anew",
    "plan.set-goal": "sealed texts cannot be compared",
    "plan.agree": "two agreements may be alike",
    "plan.reserve": "two reservations may be alike",
    "plan.spend": "the same amount may be spent twice",
    "monitoring.check": "observed again",
    "monitoring.miss": "missed again",
    "closing.check-aftercare": "observed again",
    "correcting.state": "a subject may state more",
    "learning.record-point": "sealed texts cannot be compared",
    "learning.record-gap": "sealed texts cannot be compared",
    "learning.record-wall": "sealed texts cannot be compared",
    "learning.measure-outcome": "measured again",
    "team.add-professional": "two professionals may share a name",
    "team.learn": "sealed texts cannot be compared",
}
"""Commands that record something new each time they are asked, with the reason. A repeat is known by its command id."""

REFUSED_TWICE = {
    "consent.name": ("already-named", "an identity is given once, with its grounds; then `intake identify`"),
    "monitoring.force-progress": ("not-flagged", "a decision answers one flag"),
    "escalation.raise": ("already-raised", "names the call that stands open"),
    "escalation.decline-direction": ("no-direction-offered", "there is nothing to decline any more"),
    "escalation.decline-transfer": ("no-case-offered", "there is nothing to decline any more"),
    "closing.reopen": ("wrong-state", "it is open"),
    "closing.undo-merge": ("wrong-state", "it is its own"),
}
"""Commands that answer something which is gone once it was answered: refused, with the code, and why that is clearer."""


@pytest.mark.parametrize("name", NAMES)
def test_what_is_allowed_is_recorded(name: str):
    given, command = situation(name)
    assert given.decide(command)


@pytest.mark.parametrize("name", [n for n in NAMES if n not in OBSERVES_ANEW and n not in REFUSED_TWICE])
def test_asked_twice_yields_nothing_new(name: str):
    given, command = situation(name)
    given.after(command, given.decide(command)).when(command).then_nothing()


@pytest.mark.parametrize("name", sorted(OBSERVES_ANEW))
def test_a_command_listed_as_observing_anew_does(name: str):
    given, command = situation(name)
    assert given.after(command, given.decide(command)).decide(command)


@pytest.mark.parametrize("name", sorted(REFUSED_TWICE))
def test_a_command_listed_as_refused_twice_is(name: str):
    given, command = situation(name)
    given.after(command, given.decide(command)).when(command).then_refused(REFUSED_TWICE[name][0])


@pytest.mark.parametrize(("name", "status"), WRONG)
def test_a_case_in_another_state_is_refused(name: str, status: Status):
    given, command = situation(name)
    state = given.state(command).but(status=status, team=given.team)
    with pytest.raises(Refused, match="wrong-state"):
        decide(command, state, given.desk(command))


@pytest.mark.parametrize("name", [n for n in CASE_COMMANDS if n != "intake.take-up"])
def test_an_imported_case_is_refused_until_it_is_taken_up(name: str):
    given, command = situation(name)
    with pytest.raises(Refused, match="imported-case"):
        decide(command, given.state(command).but(status=Status.IMPORTED), given.desk(command))


@pytest.mark.parametrize("name", CASE_COMMANDS)
def test_a_case_that_does_not_exist_is_not_found(name: str):
    given, command = situation(name)
    with pytest.raises(Refused, match="unknown-case"):
        decide(command, case(), given.desk(command))


@pytest.mark.parametrize("name", [n for n in CASE_COMMANDS if not commands.resolve(n).FOREIGN and n != "intake.take-up"])
def test_a_case_of_another_table_is_not_ours(name: str):
    given, command = situation(name)
    given.by(LOCK_MASTER, LOCK).when(command).then_refused("not-your-case", case=CASE)


@pytest.mark.parametrize("name", CASE_COMMANDS)
def test_nobody_acts_unnamed(name: str):
    given, command = situation(name)
    given.by(None, given.team).when(command).then_refused("no-actor")


@pytest.mark.parametrize("name", [n for n in CASE_COMMANDS if n != "intake.take-up"])
def test_a_text_about_somebody_the_case_does_not_know_is_refused(name: str):
    given, command = situation(name)
    given.when(command.model_copy(update={"about": "s99"})).then_refused("unknown-subject")


@pytest.mark.parametrize("name", [n for n in NAMES if issubclass(commands.resolve(n), TeamCommand) and n != "team.establish"])
def test_a_table_that_does_not_exist_is_not_found(name: str):
    given, command = situation(name)
    given.when(command.model_copy(update={"team": "no-table"})).then_refused("unknown-team")


@pytest.mark.parametrize("name", NAMES)
def test_nothing_happens_in_the_future(name: str):
    given, command = situation(name)
    given.on_day(given.today, recorded=given.today.replace(month=11)).when(command).then_refused("in-the-future")


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("intake.submit", "intake.take-up", "team.establish")])
def test_nothing_happens_before_the_case_or_the_table(name: str):
    given, command = situation(name)
    before = "before-the-team" if isinstance(command, TeamCommand) else "before-the-case"
    given.on_day(given.today.replace(year=2024, month=1), recorded=given.today).when(command).then_refused(before)


@pytest.mark.parametrize(("given", "command"), COMMANDS, ids=lambda x: x.command_name() if isinstance(x, Command) else "")
def test_a_backdated_command_is_decided_as_on_its_day(given: Situation, command: Command):
    """Recorded a year later, the same comes of it: deadlines follow from the day it happened, and may have passed."""
    later = given.today.replace(year=given.today.year + 1)
    assert given.on_day(given.today, recorded=later).decide(command) == given.decide(command)

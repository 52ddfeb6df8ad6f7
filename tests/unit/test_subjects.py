"""Whose data each sealed field is: a table by hand, held against what every command makes of it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import commands
from commands.base import CaseCommand, Command
from commands.correcting import Withdraw
from commands.intake import NoteSubject, Submit
from commands.parties import AddToCircle
from domain.case import Case
from domain.event import Event, replay
from domain.events import discover
from domain.events.intake import SubjectNoted
from domain.ids import RESIDENT, TEAM_SUBJECT
from domain.personal import Personal
from tests.command_examples import COMMANDS, situation
from tests.examples import ACTIVE, text
from tests.scenario import CASE, Situation, given

ABOUT, RESIDENT_S, OWN, ENTRY, ASKED, TABLE = "about", "resident", "own", "entry", "asked", "table"
WHOSE = {
    # `about`: the resident, unless `--about` says otherwise
    **dict.fromkeys((
        "case.intake.supplemented.text", "case.intake.tried-recorded.tried", "case.consent.ground-recorded.motivation",
        "case.consent.overlap-answered.why", "case.triage.criterion-assessed.motivation", "case.triage.accepted.motivation",
        "case.triage.declined.reason", "case.triage.more-asked.question", "case.parties.partner-declined.reason",
        "case.meeting.discussed.conclusions", "case.meeting.proposal-made.proposal", "case.plan.question-answered.answer",
        "case.plan.not-endorsed.why", "case.plan.goal-set.text", "case.plan.intervention-agreed.what",
        "case.plan.agreement-refused.why", "case.plan.agreement-amended.what", "case.plan.agreement-fulfilled.note",
        "case.plan.agreement-lapsed.why", "case.plan.agreement-withdrawn.why", "case.plan.deviation-recorded.why",
        "case.plan.budget-reserved.purpose", "case.monitoring.check-recorded.observed", "case.monitoring.check-missed.why",
        "case.monitoring.progress-reported.note", "case.monitoring.progress-forced.why", "case.monitoring.rested.why",
        "case.escalation.raised.why", "case.escalation.declined.why", "case.escalation.withdrawn.why",
        "case.escalation.resolved.how", "case.escalation.direction-offered.why", "case.escalation.direction-declined.why",
        "case.escalation.transfer-offered.why", "case.escalation.transfer-declined.why", "case.closing.closed.note",
        "case.closing.aftercare-checked.observed", "case.closing.reopened.why", "case.closing.merged.why",
        "case.closing.merge-undone.why", "case.correcting.statement-added.statement", "case.learning.point-recorded.text",
        "case.learning.supply-gap-recorded.text", "case.learning.wall-met.text", "case.access.glass-broken.reason",
        "case.access.glass-reviewed.why",
    ), ABOUT),
    # what a submission says, whoever reports it, is said of the resident; and so is why the resident is named
    **dict.fromkeys((
        "case.intake.submitted.question", "case.intake.submitted.tried", "case.consent.named.necessity",
        "case.consent.named.proportionality", "case.consent.named.subsidiarity", "case.consent.named.name",
        "case.consent.named.birth_date", "case.consent.named.number", "case.consent.named.contact",
    ), RESIDENT_S),
    # whom the event names: a child, a relative, who reported, a professional in a complaint, somebody of the support circle
    **dict.fromkeys((
        "case.intake.subject-noted.name", "case.intake.subject-identified.name", "case.intake.subject-identified.birth_date",
        "case.intake.subject-identified.number", "case.intake.subject-identified.contact",
        "case.parties.circle-member-added.name", "team.team.professional-added.name", "source.imported.resource-noted.name",
    ), OWN),
    # whoever the entry is about that is corrected or withdrawn
    "case.correcting.entry-corrected.text": ENTRY,
    "case.correcting.entry-withdrawn.why": ENTRY,
    # who asked for a right, and whose data is kept or not kept
    **dict.fromkeys((
        "case.rights.requested.wish", "case.rights.extended.reason", "case.rights.decided.reason", "case.rights.carried-out.note",
        "case.rights.restricted.reason", "case.rights.restriction-lifted.reason", "case.retention.term-lifted.why",
        "case.retention.hold-placed.why", "case.retention.hold-lifted.why",
    ), ASKED),
    # the table itself: nobody's person
    "team.team.learned.text": TABLE,
    "team.custody.requested.reason": TABLE,
}  # fmt: skip


def sealed(event: Event) -> Iterator[tuple[str, Personal]]:
    """The sealed texts of an event, by the name they have in the table."""
    for name in type(event).personal_fields():
        value = getattr(event, name)
        if isinstance(value, Personal):
            yield f"{event.TOPIC}.{name}", value


def made(given: Situation, command: Command) -> Iterator[tuple[str, Personal, Event]]:
    for _, event in given.decide(command):
        for name, value in sealed(event):
            yield name, value, event


def test_every_sealed_field_has_its_subject():
    assert set(WHOSE) == {f"{topic}.{name}" for topic, kind in discover().items() for name in kind.personal_fields()}


CASES = sorted(n for n, c in commands.discover().items() if issubclass(c, CaseCommand) and c.has_texts())


@pytest.mark.parametrize("name", sorted(n for n, c in commands.discover().items() if c.has_texts()))
def test_a_text_is_sealed_for_whom_the_table_says(name: str):
    for field, value, event in made(*situation(name)):
        expected = {
            ABOUT: RESIDENT, RESIDENT_S: RESIDENT, TABLE: TEAM_SUBJECT,
            OWN: getattr(event, "professional", None) or getattr(event, "subject", None),
        }.get(WHOSE[field], value.subject)  # fmt: skip
        assert value.subject == expected, field


@pytest.mark.parametrize("name", CASES)
def test_a_text_about_another_can_be_said_to_be_theirs(name: str):
    """A neighbour, a child, a professional in a complaint: `--about` seals it for them, wherever the table has `about`."""
    given, command = situation(name)
    state = given.state(command)
    if "s2" not in state.subjects:
        return  # an imported history knows nobody
    for field, value, _ in made(given, command.model_copy(update={"about": "s2"})):
        if WHOSE[field] == ABOUT:
            assert value.subject == "s2", field
        elif WHOSE[field] == RESIDENT_S:
            assert value.subject == RESIDENT, field


def test_who_reported_a_child_and_a_relative_have_keys_of_their_own():
    reported = Submit(question="Adrift", reasons=frozenset({"adrift"}), name="Wilma", reporter="neighbour", reporter_name="Joop")
    names = [(v.text, v.subject) for f, v, _ in made(given(), reported) if f.endswith("identified.name")]
    assert names == [("Wilma", "s1"), ("Joop", "s2")]
    for kind in ("child", "relative", "neighbour", "professional"):
        [(_, name, _)] = made(given(*ACTIVE), NoteSubject(case=CASE, kind=kind, name="Kim"))
        assert name.subject == "s3"
    [(_, name, _)] = made(given(*ACTIVE), AddToCircle(case=CASE, kind="other", name="Ina"))
    assert name.subject == "s3"


def test_why_an_entry_is_withdrawn_is_about_whom_the_entry_was_about():
    child = SubjectNoted(subject="s3", kind="child", name=text("Kim", "s3"))
    there, entry = given(*ACTIVE, child), len(ACTIVE) + 1
    withdraw = Withdraw(case=CASE, entry=entry, why="Not a child of hers")
    assert [v.subject for _, v, _ in made(there, withdraw)] == ["s3"]
    assert [v.subject for _, v, _ in made(there, withdraw.model_copy(update={"about": "s2"}))] == ["s2"]


def test_the_table_would_catch_a_text_that_is_sealed_for_another():
    """A control: the question of a submission, sealed for who reported it, is not what the table says."""
    [(field, value, _), *_] = made(given(), situation("intake.submit")[1])
    wrong = Personal(subject="s2", text=value.text)
    assert WHOSE[field] == RESIDENT_S
    assert wrong.subject != RESIDENT


def test_every_case_in_the_examples_knows_who_reported_it():
    """So that the tests above say something."""
    states: list[Case] = [replay(Case(), s.own) for s, c in COMMANDS if c.command_name() in CASES]
    assert sum("s2" in s.subjects for s in states) > 40

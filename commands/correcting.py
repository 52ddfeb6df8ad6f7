"""Correcting: say what an entry should have been, withdraw one, add a subject's statement."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Annotated, Any, ClassVar

from pydantic import Field, StringConstraints, ValidationError

from commands.base import CaseCommand, Text, Yield
from commands.consistency import KEPT_IN, known_code, on_mandate, still_fits
from commands.desk import Desk
from commands.identifying import birth_date, citizen_number, may_bring_number
from domain.case import FINAL, OPEN, Case, Status
from domain.event import Event, Recorded
from domain.events.consent import GroundRecorded
from domain.events.correcting import EntryCorrected, EntryWithdrawn, StatementAdded, corrected
from domain.ids import SubjectId
from domain.personal import Personal
from domain.refusal import NotFound, Refused

EVERY = frozenset({*OPEN, *FINAL})
OPENING = frozenset({"case.intake.submitted", "case.escalation.received", "case.imported.activity", "case.intake.taken-up"})
PAIRED = frozenset({
    "case.closing.merged", "case.closing.merge-undone", "case.closing.duplicate-taken-in",
    "case.closing.duplicate-released", "case.escalation.transferred",
})  # fmt: skip
"""Entries that stand in two cases at once: undone by their own commands, not by correcting one side."""

SETTLED = "case.rights."
"""What a subject asked and what was decided on it stands; who was erased stays so."""

IDENTITY = frozenset({*KEPT_IN, "team", "predecessor", "position", "anonymous", "subjects", "agreements"})
"""Fields that say which one an entry is about. `anonymous` is among them: a case is named by its own command, with reasons."""
TWO_SIDED = "case.escalation."
ACCESS = "case.access."
IDENTIFYING = frozenset({"case.intake.subject-identified", "case.consent.named"})
DECISIONS = frozenset({"case.triage.accepted", "case.triage.declined"})
WEIGHED = frozenset({"met", "not_met", "against", "mandate", "told_by"})
"""Of a triage decision: what it rested on stands as it was weighed (rule 4). Reopening weighs anew."""
ASKED = frozenset({"to", "kind", "reason", "by", "director", "until"})
"""Of what was offered or answered between tables: who was asked, who answered, and for how long. It is taken back and
offered anew.
"""

FieldWord = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
Entry = Annotated[int, Field(ge=1, json_schema_extra={"position": 1})]


class Correct(CaseCommand):
    """Correct one field of an entry: give its number (see `casus trail`), the field, and what it should have been.

    casus correcting correct LEL-2026-0007 12 --field due --value 2027-01-15
    """

    VERB: ClassVar[str] = "correct"
    STATES: ClassVar[frozenset[Status]] = EVERY
    HISTORY: ClassVar[bool] = True
    entry: Entry
    field: FieldWord | None = None
    value: Text | None = None
    moved_to: datetime | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        target = self._target(desk)
        own_ground(target, desk, self.field)
        if self.moved_to is not None:
            yield from self._moved(target, state, desk)
        if self.field is not None:
            yield from self._changed(target, state, desk)
        elif self.moved_to is None:
            raise Refused("nothing-given", field="field")

    def brings_number(self) -> bool:
        return self.field == "number"

    def _target(self, desk: Desk) -> Recorded:
        target = entry(desk, self.entry)
        not_of_access(target)
        fixed = [r for r in desk.history if isinstance(r.event, EntryCorrected) and r.event.entry == self.entry]
        return corrected(target, sorted(fixed, key=lambda r: r.version)) if fixed else target

    def _moved(self, target: Recorded, state: Case, desk: Desk) -> Iterator[Yield]:
        moment = self.moved_to
        assert moment is not None
        if moment.tzinfo is None:
            raise Refused("zone-needed", field="moved_to")
        if moment > desk.now:
            raise Refused("in-the-future", field="moved_to")
        if target.event.TOPIC in OPENING:
            raise Refused("opening-entry", entry=self.entry)
        ours(target, desk)
        first = min(r.occurred_at for r in desk.history)
        if moment < first:
            raise Refused("before-the-case", field="moved_to", opened=state.opened or "")
        if moment != target.occurred_at:
            event = EntryCorrected(entry=self.entry, moved_to=moment)
            still_fits(desk, event, target)
            yield event

    def _changed(self, target: Recorded, state: Case, desk: Desk) -> Iterator[Yield]:
        kind, name = type(target.event), self.field
        assert name is not None
        if name not in kind.model_fields:
            raise Refused("unknown-field", field=name, entry=self.entry, choices=tuple(sorted(kind.model_fields)))
        if self.value is None:
            raise Refused("nothing-given", field="value")
        if name in kind.personal_fields():
            old = getattr(target.event, name)
            if old is None:
                raise Refused("field-was-empty", field=name, entry=self.entry)
            text = identifier(kind, name, self.value)
            may_bring_number(desk, text if name == "number" else None)
            yield EntryCorrected(entry=self.entry, field=name, text=Personal(subject=old.subject, text=text))
            return
        ours(target, desk)
        if (
            name in IDENTITY
            or (kind.TOPIC.startswith(TWO_SIDED) and name in ASKED)
            or (kind.TOPIC in DECISIONS and name in WEIGHED)
        ):
            raise Refused("identity-field", field=name)
        value = parsed(kind, target.event, name, self.value)
        if value == getattr(target.event, name):
            return
        known_code(desk, name, value)
        if name == "mandate":
            on_mandate(desk, state, target.event, value)
        event = EntryCorrected(entry=self.entry, field=name, value=plain(value))
        still_fits(desk, event, target)
        yield event


class Withdraw(CaseCommand):
    """Withdraw an entry that should not have been made, and why. It stays to be seen, without effect.

    casus correcting withdraw LEL-2026-0007 12 --why "Entered in the wrong case"
    """

    VERB: ClassVar[str] = "withdraw"
    STATES: ClassVar[frozenset[Status]] = EVERY
    HISTORY: ClassVar[bool] = True
    IRREVERSIBLE: ClassVar[bool] = True
    entry: Entry
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        target = entry(desk, self.entry)
        if any(isinstance(r.event, EntryWithdrawn) and r.event.entry == self.entry for r in desk.history):
            return
        if target.event.TOPIC in OPENING:
            raise Refused("opening-entry", entry=self.entry)
        not_of_access(target)
        own_ground(target, desk)
        ours(target, desk)
        named = (getattr(target.event, n, None) for n in KEPT_IN)
        event = EntryWithdrawn(
            entry=self.entry,
            why=self.personal(self.why, self._whose(target)),
            numbers=tuple(n for n in named if isinstance(n, str)),
        )
        still_fits(desk, event, target)
        yield event

    def _whose(self, target: Recorded) -> SubjectId:
        """Whose data the reason is: as was said, else whoever the entry's own texts are about."""
        if "about" in self.model_fields_set:
            return self.about
        texts = (getattr(target.event, name) for name in type(target.event).personal_fields())
        return next((text.subject for text in texts if text is not None), self.about)


class AddStatement(CaseCommand):
    """Add what a subject says about what stands here: their own statement, beside it.

    casus correcting state LEL-2026-0007 --statement "I never refused to open the door" --entry 12
    """

    VERB: ClassVar[str] = "state"
    DESPITE_RESTRICTION: ClassVar[bool] = True
    STATES: ClassVar[frozenset[Status]] = EVERY
    HISTORY: ClassVar[bool] = True
    statement: Text
    entry: Annotated[int, Field(ge=1)] | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if self.entry is not None:
            entry(desk, self.entry)
        yield StatementAdded(subject=self.about, statement=self.personal(self.statement), entry=self.entry)


def entry(desk: Desk, number: int) -> Recorded:
    """The entry of a case by its number (its version); `NotFound` otherwise, refused for a correction itself."""
    found = next((r for r in desk.history if r.version == number), None)
    if found is None:
        raise NotFound("entry", str(number))
    if isinstance(found.event, EntryCorrected | EntryWithdrawn):
        raise Refused("correction-itself", entry=number)
    return found


def own_ground(target: Recorded, desk: Desk, field: str | None = None) -> None:
    """Refuse to change the ground that another organisation relies on, or whose ground it is: each records its own alone."""
    if not isinstance(target.event, GroundRecorded):
        return
    if target.event.partner != desk.me().partner:
        raise Refused("not-your-ground", entry=target.version, partner=target.event.partner)
    if field == "partner":
        raise Refused("identity-field", field=field)


def not_of_access(target: Recorded) -> None:
    """Refuse to change who looked and what came of it: else glass would be broken and then taken away."""
    if target.event.TOPIC.startswith(ACCESS):
        raise Refused("access-entry", entry=target.version)


def ours(target: Recorded, desk: Desk) -> None:
    """Refuse to change the facts of an entry that stands in two cases or is about a subject's rights, or that another table
    recorded here: its answer to an offer of ours is not for us to take back.
    """
    if target.event.TOPIC in PAIRED:
        raise Refused("paired-entry", entry=target.version, topic=target.event.TOPIC)
    if target.event.TOPIC.startswith(SETTLED):
        raise Refused("settled-entry", entry=target.version, topic=target.event.TOPIC)
    if target.header.team != desk.team.id:
        raise Refused("recipient-answers", to=target.header.team)


def identifier(kind: type[Event], name: str, text: str) -> str:
    """A text as it is to stand: what is to be a birth date or a citizen service number is checked as when it is entered."""
    check = {"birth_date": birth_date, "number": citizen_number}.get(name) if kind.TOPIC in IDENTIFYING else None
    try:
        return check(text) if check is not None else text
    except ValueError as error:
        raise Refused("does-not-fit", field=name, reason=str(error)) from None


def parsed(kind: type[Event], event: Event, name: str, text: str) -> Any:
    """A value given as text, as the entry's own class reads it. Lists are comma-separated; empty text with `-` is none."""
    facts = {n: getattr(event, n) for n in kind.model_fields}
    collection = isinstance(getattr(event, name), frozenset | tuple) and not isinstance(getattr(event, name), str)
    value: Any = [p.strip() for p in text.split(",") if p.strip()] if collection else None if text == "-" else text
    try:
        return getattr(kind.model_validate(facts | {name: value}), name)
    except ValidationError as error:
        raise Refused("does-not-fit", field=name, reason=error.errors(include_input=False)[0]["type"]) from None


def plain(value: Any) -> Any:
    """A fact as it is stored: numbers and truth values as they are, a collection as a sorted tuple, the rest as text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, frozenset | tuple):
        return tuple(sorted(str(v) for v in value))
    return value.isoformat() if hasattr(value, "isoformat") else str(value)

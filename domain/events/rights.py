"""Rights: what a subject asks of their own data, what was decided, and that somebody was erased."""

from dataclasses import replace
from datetime import date
from typing import Any, ClassVar, Literal

from domain.case import Case
from domain.case_parts import Right, Subject
from domain.event import Event, put
from domain.ids import Code, Digest, EntryId, Login, SubjectId
from domain.personal import Personal


class RightRequested(Event):
    """A subject asked something about their own data. `by` is the day by which it is decided (AVG art. 12(3))."""

    TOPIC: ClassVar[str] = "case.rights.requested"
    right: EntryId
    kind: Code
    subject: SubjectId
    received: date
    by: date
    login: Login
    wish: Personal | None = None

    def apply(self, case: Case) -> Case:
        new = Right(self.right, self.kind, self.subject, self.received, self.by, asked_by=self.login)
        return case.but(rights=put(case.rights, self.right, new))


class TermExtended(Event):
    """More time was taken for a request, and why; the subject was told within the first month."""

    TOPIC: ClassVar[str] = "case.rights.extended"
    right: EntryId
    by: date
    reason: Personal

    def apply(self, case: Case) -> Case:
        return _now(case, self.right, by=self.by, extended=True)


class RightDecided(Event):
    """A request was granted, granted in part, or refused, and why."""

    TOPIC: ClassVar[str] = "case.rights.decided"
    right: EntryId
    outcome: Literal["granted", "partly", "refused"]
    login: Login
    reason: Personal

    def apply(self, case: Case) -> Case:
        return _now(case, self.right, state=self.outcome, decided_by=self.login)


class DecisionConfirmed(Event):
    """A decision to erase was confirmed, by another login; `alone` where there is one login and it was the same."""

    TOPIC: ClassVar[str] = "case.rights.confirmed"
    right: EntryId
    login: Login
    alone: bool

    def apply(self, case: Case) -> Case:
        return _now(case, self.right, state="confirmed")


class RightCarriedOut(Event):
    """What was granted was done: the copy was handed over, the entries were corrected."""

    TOPIC: ClassVar[str] = "case.rights.carried-out"
    right: EntryId
    note: Personal | None = None

    def apply(self, case: Case) -> Case:
        return _now(case, self.right, state="done")


class SubjectRestricted(Event):
    """From now on a subject's data is kept and nothing else is done with it (AVG art. 18)."""

    TOPIC: ClassVar[str] = "case.rights.restricted"
    subject: SubjectId
    reason: Personal
    right: EntryId | None = None

    def apply(self, case: Case) -> Case:
        case = case.but(restricted=case.restricted | {self.subject})
        return case if self.right is None else _now(case, self.right, state="done")


class RestrictionLifted(Event):
    """A subject's data may be worked with again, and why. The subject was told beforehand (AVG art. 18(3)), on that day."""

    TOPIC: ClassVar[str] = "case.rights.restriction-lifted"
    subject: SubjectId
    told: date
    reason: Personal

    def apply(self, case: Case) -> Case:
        return case.but(restricted=case.restricted - {self.subject})


class ErasureBegun(Event):
    """Erasing a subject has begun: nothing is written about them, or shown of them, from here on."""

    TOPIC: ClassVar[str] = "case.rights.erasure-begun"
    right: EntryId
    subject: SubjectId

    def apply(self, case: Case) -> Case:
        return _without(_now(case, self.right, state="erasing"), self.subject)


class SubjectErased(Event):
    """A subject's keys were destroyed: `keys` of them. `receipt` is the digest of the line about it in the ledger."""

    TOPIC: ClassVar[str] = "case.rights.subject-erased"
    right: EntryId
    subject: SubjectId
    keys: int
    receipt: Digest

    def apply(self, case: Case) -> Case:
        # Of a history that was put back, the request may be missing: its number is given to nothing else.
        return _without(_now(case, self.right, state="done"), self.subject).having_given([self.right])


def _now(case: Case, which: EntryId, **changes: Any) -> Case:
    old = case.rights.get(which)
    return case if old is None else case.but(rights=put(case.rights, which, replace(old, **changes)))


def _without(case: Case, subject: SubjectId) -> Case:
    """The case without the way to a person: who it was about is no longer to be found from here, and what else they asked
    can't be answered any more.
    """
    old = case.subjects.get(subject)
    subjects = case.subjects if old is None else put(case.subjects, subject, Subject(subject, old.kind))
    rights = {
        k: replace(r, state="lapsed") if r.subject == subject and r.state not in ("refused", "done", "erasing") else r
        for k, r in case.rights.items()
    }
    return case.but(erased=case.erased | {subject}, subjects=subjects, rights=rights)

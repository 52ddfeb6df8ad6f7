"""How long is kept: terms of keeping, which of them a case is under, and what stands in the way of destroying."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from domain.case import FINAL, Case
from domain.days import months_after
from domain.frozen import frozen
from domain.ids import Code, SubjectId
from domain.refusal import Refused

DUTIES = ("keep", "destroy")
COUNTED_FROM = ("ended", "opened")
"""From what a term counts: the day the case last ended, or the day it was opened."""


@frozen
class Term:
    """A term of keeping, as it was written down on the day `as_of`. Nobody's advice: until `verified_by` names who verified it,
    nothing is destroyed on it.

    `duty` is `keep` (not to be destroyed before it has run) or `destroy` (not to be kept beyond it). `years` is None
    where the law names no number: then somebody has to decide, and no day ever passes it.
    """

    id: Code
    duty: Code
    years: int | None
    counted_from: Code
    law: str
    article: str
    url: str
    about: Mapping[str, str]
    as_of: date
    verified_by: str = ""
    verified_on: date | None = None

    @property
    def verified(self) -> bool:
        """Whether somebody put their name and a day to it."""
        return bool(self.verified_by) and self.verified_on is not None

    def last_day(self, case: Case) -> date | None:
        """The last day of the term for a case; None when it has not begun to run, or never ends by itself."""
        start = case.opened if self.counted_from == "opened" else ended(case)
        return None if start is None or self.years is None else months_after(start, 12 * self.years)

    def passed(self, case: Case, on: date) -> bool:
        """Whether the term has run for a case by a day."""
        last = self.last_day(case)
        return last is not None and on > last


def ended(case: Case) -> date | None:
    """The day on which a case that is final last ended; None while it is not, or that is not known."""
    return case.ended if case.status in FINAL else None


def assigned(case: Case, subject: SubjectId) -> Iterator[Code]:
    """The terms that were assigned to a subject, or to the case as a whole."""
    yield from sorted({term for term, whose in case.terms if whose in ("", subject)})


def applying(case: Case, subject: SubjectId, usual: Iterable[Code], terms: Mapping[Code, Term]) -> list[Term]:
    """The terms that a subject is under: those that were assigned, and what is usual at the table. Refused as `unknown-term`
    when one of them is no longer among the terms: then nobody knows how long it is.
    """
    found = []
    for code in sorted({*assigned(case, subject), *usual}):
        if code not in terms:
            raise Refused("unknown-term", kind="term", id=code)
        found.append(terms[code])
    return found


def on_hold(case: Case, subject: SubjectId, on: date) -> bool:
    """Whether a subject, or the case as a whole, is on hold on a day."""
    return any(
        not hold.lifted and (hold.until is None or on <= hold.until) and hold.subject in (None, subject)
        for hold in case.holds.values()
    )


def why_not(case: Case, subject: SubjectId, on: date, terms: Iterable[Term]) -> Code | None:
    """What keeps a subject who asks for it from being erased on a day: `on-hold`, `retention-runs` (a duty to keep has not
    run yet, verified or not: it is weighed by people, and changed by them), or None.

    In: the case, and the terms that the subject is under (`assigned`, looked up).
    """
    if on_hold(case, subject, on):
        return "on-hold"
    return "retention-runs" if any(t.duty == "keep" and not t.passed(case, on) for t in terms) else None


def why_kept(case: Case, subject: SubjectId, on: date, terms: Iterable[Term]) -> Code | None:
    """What keeps a subject of a case that has ended from being destroyed because the term is over: `case-open`, `on-hold`,
    `no-term` (nobody said which term it is under), `retention-runs`, `term-unverified`, or None.
    """
    under = list(terms)
    if case.status not in FINAL:
        return "case-open"
    if on_hold(case, subject, on):
        return "on-hold"
    if not under:
        return "no-term"
    if not all(t.passed(case, on) for t in _deciding(under)):
        return "retention-runs"
    return None if all(t.verified for t in under) else "term-unverified"


def _deciding(under: list[Term]) -> list[Term]:
    """The terms that decide: while a duty to keep runs, nothing else obliges to destroy."""
    return [t for t in under if t.duty == "keep"] or under

"""Whether what one organisation brought in about a person may be shown to another, and what that rests on."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date

from domain.case import IN_TRIAGE, Case
from domain.case_parts import Consent, Ground
from domain.frozen import frozen
from domain.ids import RESIDENT, Code, EntryId, PartnerId, SubjectId

PURPOSES = ("case-direction", "care", "safety", "evaluation")
"""The purposes of sharing that a subject is asked about."""

NOT_ASKED = frozenset({"data-protection", "audit", "reporting"})
"""The purposes that a subject is not asked about: they are no sharing between partners."""

ON_OTHER_GROUNDS = frozenset({"case-direction", "care", "safety"})
"""The purposes for which another ground than consent can stand. Evaluation of the work rests on consent alone."""


@frozen
class Basis:
    """Whether sharing is allowed, the code of what it rests on or of why it may not be, and the entry that says so.

    Allowed: `own` (what the organisation brought in itself), `consent`, the kind of another ground (`legal-duty`,
    `vital-interest`, `public-task`, `conflict-of-duties`, `team-basis`), `unsettled` (nobody asked yet, and nothing obliges
    to have asked), or `not-asked` (the purpose is none that a subject is asked about: `data-protection`, `audit`, `reporting`).
    Not allowed: `refused`, `withdrawn`, `expired`, `limited` (narrowed away from this recipient), `other-recipients`
    (consent names or named others alone), `no-consent` (consent is required, and there is none).
    """

    allowed: bool
    code: Code
    entry: EntryId | None = None


def may_share(
    case: Case, subject: SubjectId, contributor: PartnerId, recipient: PartnerId, purpose: Code, on: date, *, required: bool,
    origin: Case | None = None,
) -> Basis:  # fmt: skip
    """Whether a text that `contributor` brought in about `subject` may be opened by somebody of `recipient`.

    In: the case as it stands now (never as it was on an earlier day: consent that was withdrawn since counts for looking back
    too), whose organisations, for which purpose, the day of looking, whether the table's profile requires consent, and the
    case in which the text stands where that is another (it was handed over, or merged). Rules, in this order:

    1. What an organisation brought in itself is always open to it.
    2. Of what was said about this subject, purpose and recipient, the last counts. Consent that is in force allows; one that
       names no recipients covers all in the case. Once consent for a purpose named recipients, those alone have it, and that
       stays so when it was withdrawn, narrowed or has ended: for whom was never named the answer stays no, until new consent
       or a ground covers them. So to stop sharing opens nothing, to nobody.
    3. Another ground that the contributing organisation recorded for this subject allows, whatever the subject said; no
       ground of somebody else does. It covers case direction, care and safety, not evaluation.
    4. What the subject refused, took back, narrowed or let end does not: also for texts from before. What was shown
       stays recorded in the disclosures.
    5. Care and safety are part of case direction: where nothing was said about them, what was refused or taken back for case
       direction holds for them too. So a refusal is not passed by naming another purpose.
    6. Where nothing was said, the purpose is not evaluation, and the case is still in triage, is anonymous, or consent is
       not required (it is required of the resident alone): allowed as `unsettled`. Otherwise not.
    7. Data protection, audit and reporting are no purposes of sharing between partners: a subject is not asked about them, and
       taking consent back does not stop the answer to a request for access. The policy says who may name them. Whatever other
       purpose is named, what was said about case direction holds for it.
    8. Where nothing was said here, what was said in the case that a text stands in holds for it still: a refusal is not passed
       by handing the case over, or by merging it.
    """
    if recipient and recipient == contributor:
        return Basis(True, "own")
    if purpose in NOT_ASKED:
        return Basis(True, "not-asked")
    purpose = purpose if purpose in PURPOSES else "case-direction"
    said = _said(case, subject, recipient, purpose, on)
    if said is not None and said.allowed:
        return said
    ground = _ground(case, subject, purpose, contributor)
    if ground is not None:
        return Basis(True, ground.kind, ground.id)
    here = said or _unsaid(case, subject, recipient, purpose, on, required=required)
    if origin is None or here.code != "unsettled":
        return here
    there = may_share(origin, subject, contributor, recipient, purpose, on, required=False)
    return here if there.allowed else there


def basis_of(case: Case, recipient: PartnerId, purpose: Code, on: date, *, required: bool) -> Basis:
    """What a whole look at a case rests on: consent of the resident, else a ground that somebody recorded for the resident
    (the recipient's own first), else as `may_share` says of a text of somebody else.
    """
    if purpose in NOT_ASKED:
        return Basis(True, "not-asked")
    purpose = purpose if purpose in PURPOSES else "case-direction"
    said = _said(case, RESIDENT, recipient, purpose, on)
    if said is not None and said.allowed:
        return said
    ground = _ground(case, RESIDENT, purpose, recipient) or _ground(case, RESIDENT, purpose, None)
    if ground is not None:
        return Basis(True, ground.kind, ground.id)
    return said or _unsaid(case, RESIDENT, recipient, purpose, on, required=required)


def had_a_part(case: Case) -> Iterator[PartnerId]:
    """The partners that take part in a case or did, and who brought it in: those who were shown what could be shared."""
    taking = {p for p, i in case.partners.items() if i.state in ("joined", "left")}
    yield from sorted(taking | ({case.submitter} if case.submitter else set()))


def standing(case: Case) -> Iterator[Consent]:
    """What was said about sharing and was not passed over by something said later for the same subject and purpose about all
    that it concerned.
    """
    for consent in case.consents.values():
        later = [
            c for c in case.consents.values()
            if (c.subject, c.purpose) == (consent.subject, consent.purpose) and c.decided > consent.decided
        ]  # fmt: skip
        if not any(not c.recipients or (consent.recipients and consent.recipients <= c.recipients) for c in later):
            yield consent


def to_tell(case: Case) -> Iterator[tuple[Consent, PartnerId]]:
    """The partners that have to be told that sharing has stopped: they had a part in the case when a subject refused it, took it
    back or narrowed it away from them, nothing was said since that lets it go on, and nobody told them.
    """
    for consent in case.consents.values():
        for partner in sorted(consent.saw - consent.told) if consent.purpose in ON_OTHER_GROUNDS else ():
            last = last_said(case.consents.values(), consent.subject, partner, consent.purpose)
            if last is consent and stopped(consent, partner):
                yield consent, partner


def stopped(consent: Consent, partner: PartnerId) -> bool:
    """Whether a subject stopped sharing with a partner by this: refused it, took it back, or narrowed it away. (Consent that
    ended on its day was known to end then.)
    """
    return consent.concerns(partner) and (consent.state in ("refused", "withdrawn") or not consent.covers(partner))


def consent_rests(case: Case, on: date) -> bool:
    """Whether working on a named case rests on anything: consent of the resident for case direction, or another ground."""
    given = (c for c in standing(case) if (c.subject, c.purpose) == (RESIDENT, "case-direction"))
    return any(c.state_on(on) == "given" for c in given) or any(g.subject == RESIDENT for g in case.grounds.values())


def last_said(consents: Iterable[Consent], subject: SubjectId, recipient: PartnerId, purpose: Code) -> Consent | None:
    """What a subject said last about sharing with a recipient for a purpose."""
    found = (c for c in consents if (c.subject, c.purpose) == (subject, purpose) and c.concerns(recipient))
    return max(found, key=lambda c: c.said(recipient), default=None)


def _said(case: Case, subject: SubjectId, recipient: PartnerId, purpose: Code, on: date) -> Basis | None:
    """What was said last about this recipient; that others alone were named, whatever became of that; or None when nothing was
    said.
    """
    last = last_said(case.consents.values(), subject, recipient, purpose)
    if last is None:
        # A refusal that names others says nothing of this one; consent that names others does, also after it stopped.
        others = [c for c in case.consents.values() if (c.subject, c.purpose) == (subject, purpose) and c.state != "refused"]
        return Basis(False, "other-recipients", max(others, key=lambda c: c.decided).id) if others else None
    state = last.state_on(on)
    if state == "given":
        return Basis(True, "consent", last.id) if last.covers(recipient) else Basis(False, "limited", last.id)
    return Basis(False, state, last.id)


def _ground(case: Case, subject: SubjectId, purpose: Code, partner: PartnerId | None) -> Ground | None:
    """The first ground recorded for a subject by a partner (None: by anybody)."""
    if purpose not in ON_OTHER_GROUNDS:
        return None
    return next((g for g in case.grounds.values() if g.subject == subject and partner in (None, g.partner)), None)


def _unsaid(case: Case, subject: SubjectId, recipient: PartnerId, purpose: Code, on: date, *, required: bool) -> Basis:
    """Where nothing was said about this purpose and recipient."""
    if purpose in ON_OTHER_GROUNDS:
        whole = _said(case, subject, recipient, "case-direction", on)
        if whole is not None and not whole.allowed:
            return whole
    asked_first = required and subject == RESIDENT and not case.anonymous and case.status not in IN_TRIAGE
    if asked_first or purpose not in ON_OTHER_GROUNDS:
        return Basis(False, "no-consent")
    return Basis(True, "unsettled")

"""Handing the whole case over: offered, received by the other table under a number there, declined, withdrawn."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import ClassVar

from commands.base import CaseCommand, On, Text, Yield
from commands.desk import Desk
from commands.settling import settled
from commands.triage import recipient
from domain.case import Case, Status
from domain.events.escalation import (
    CarriedAgreement,
    CaseReceived,
    CaseTransferred,
    TransferDeclined,
    TransferOffered,
    TransferWithdrawn,
    carried,
    carried_texts,
)  # fmt: skip
from domain.ids import Code, ProfessionalId, TeamId
from domain.refusal import Refused

OFFERED = frozenset({Status.SUBMITTED, Status.ASKED, Status.ACTIVE, Status.RESTING})
GIVEN = frozenset({*OFFERED, Status.TRANSFERRED, Status.REDIRECTED})


class OfferTransfer(CaseCommand):
    """Offer the whole case to another team or party. You keep it until they take it.

    casus escalation offer-transfer ZVZ-2026-0001 --to zeist-ggz-in-de-wijk --why "A breakthrough is needed"
    """

    VERB: ClassVar[str] = "offer-transfer"
    STATES: ClassVar[frozenset[Status]] = frozenset({Status.ACTIVE, Status.RESTING})
    to: Code
    why: Text
    answer_by: date | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.transfer is not None:
            if state.transfer.to == self.to:
                return
            raise Refused("already-offered", case=state.number, to=state.transfer.to)
        kind, answer_by = recipient(desk, self.to, self.answer_by)
        yield TransferOffered(to=self.to, kind=kind, reason="transfer", why=self.personal(self.why), answer_by=answer_by)


class Receive(CaseCommand):
    """Take a case that was offered to your team; it goes on under a number of yours, with its open agreements.

    casus escalation receive ZVZ-2026-0001 --holder sociaal-team-1
    """

    VERB: ClassVar[str] = "receive"
    STATES: ClassVar[frozenset[Status]] = GIVEN
    FOREIGN: ClassVar[bool] = True
    OPENS_NUMBER: ClassVar[bool] = True
    holder: ProfessionalId | None = None

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.status in (Status.TRANSFERRED, Status.REDIRECTED) and state.successor is not None:
            return
        offer = state.transfer
        if offer is None or offer.kind != "team" or offer.to != desk.team.id:
            raise Refused("no-case-offered", team=desk.team.id)
        _no_calls_open(state)
        profile, number = desk.profile, desk.new_number
        if profile.monitoring is None or profile.triage is None or number is None:
            raise Refused("region-takes-no-cases", team=desk.team.id)
        triage = offer.reason == "redirect"
        days = profile.triage.within_days.value if triage else profile.monitoring.check_days.value
        holder = desk.professional(self.holder).id if self.holder else desk.coordinator()
        yield from settled(state)
        yield CaseTransferred(to=desk.team.id, reason=offer.reason, successor=number)
        received = CaseReceived(
            team=desk.team.id, holder=holder, next_kind="triage" if triage else "check", next_on=desk.days(days),
            predecessor=state.number, anonymous=state.anonymous, reasons=state.reasons, flags=state.flags,
            domains=state.domains, subjects=tuple((s.id, s.kind) for s in state.subjects.values()),
            agreements=() if triage else tuple(_moving(state, desk, holder)), texts=tuple(carried_texts(state)),
            clearance=state.clearance,
        )  # fmt: skip
        yield On(number, received)


class RecordTransfer(CaseCommand):
    """Record that a party outside the engine took the case over.

    casus escalation record-transfer LEL-2026-0007
    """

    VERB: ClassVar[str] = "record-transfer"
    STATES: ClassVar[frozenset[Status]] = GIVEN

    def other_teams_of(self, state: Case) -> tuple[TeamId, ...]:
        """The table it was offered to: one that works with the engine answers itself."""
        return (state.transfer.to,) if state.transfer is not None and state.transfer.kind == "team" else ()

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.status in (Status.TRANSFERRED, Status.REDIRECTED):
            return
        offer = state.transfer
        if offer is None:
            raise Refused("no-case-offered", team=desk.team.id)
        if offer.kind == "team" and offer.to in desk.teams and desk.teams[offer.to].exists():
            raise Refused("recipient-answers", to=offer.to)
        _no_calls_open(state)
        yield from settled(state)
        yield CaseTransferred(to=offer.to, reason=offer.reason)


class DeclineTransfer(CaseCommand):
    """Do not take a case that was offered, and why. It stays with the sender.

    casus escalation decline-transfer ZVZ-2026-0001 --why "Not stuck yet"
    """

    VERB: ClassVar[str] = "decline-transfer"
    STATES: ClassVar[frozenset[Status]] = OFFERED
    FOREIGN: ClassVar[bool] = True
    why: Text

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        offer = state.transfer
        if offer is None:
            raise Refused("no-case-offered", team=desk.team.id)
        works_here = offer.kind == "team" and offer.to in desk.teams and desk.teams[offer.to].exists()
        if desk.team.id != (offer.to if works_here else state.team):
            raise Refused("recipient-answers", to=offer.to)
        yield TransferDeclined(why=self.personal(self.why))


class WithdrawTransfer(CaseCommand):
    """Take back an offer of the whole case.

    casus escalation withdraw-transfer ZVZ-2026-0001
    """

    VERB: ClassVar[str] = "withdraw-transfer"
    STATES: ClassVar[frozenset[Status]] = OFFERED

    def decide(self, state: Case, desk: Desk) -> Iterator[Yield]:
        if state.transfer is not None:
            yield TransferWithdrawn()


def _no_calls_open(state: Case) -> None:
    """Who was called on could not answer a case that has gone: the sender resolves or withdraws its calls first."""
    calls = tuple(sorted(e.id for e in state.open_escalations()))
    if calls:
        raise Refused("escalation-open", case=state.number, escalations=calls)


def _moving(state: Case, desk: Desk, holder: ProfessionalId) -> Iterator[CarriedAgreement]:
    """The open agreements, each proposed anew at this table: to its own partner, or to the holder's where that partner
    does not sit here.
    """
    own = desk.professional(holder).partner
    for n, a in enumerate(sorted(state.open_agreements(), key=lambda a: int(a.id[1:])), start=1):
        seated = desk.team.seated(a.partner)
        stays = seated and a.responsible is not None and a.responsible in {p.id for p in desk.team.active()}
        moved = replace(a, partner=a.partner if seated else own)
        yield carried(moved, f"A{n}", state="proposed", responsible=a.responsible if stays else None)

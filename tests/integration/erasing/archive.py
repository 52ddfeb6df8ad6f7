"""A closed case in which somebody asks to be erased, and the erasing of them, with a place to break it off."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from domain.event import Header, replay
from domain.personal import Ref
from domain.team import Team
from infra.erasing.carrying_out import Erased, Erasing
from infra.erasing.keeper import BEGUN
from infra.erasing.ledger import Ledger
from infra.store.disclosing import Permit, disclosed
from infra.store.store import Store
from infra.store.texts import Withheld
from tests.integration.engine.office import GRN, Office
from tests.support.seeing import seen

PRIVACY = "privacy-officer"
NAME, QUESTION, CHILD = "Ada Verzonnen", "Er is hulp nodig", "Kim Verzonnen"


@dataclass
class Archive:
    """Asks for the privacy officer what is theirs."""

    office: Office

    @property
    def officer(self) -> str:
        """The privacy officer of the table."""
        found = replay(Team(), self.office.store.load(GRN)).with_role(PRIVACY)
        assert found is not None
        return found.id

    def closed(self, **fields: Any) -> str:
        """A case that was declined, with a child in it beside the resident. Out: its number."""
        number = self.office.submitted(**fields)
        self.office.ask("intake.note-subject", case=number, kind="child", name=CHILD)
        self.office.ask("triage.decline", case=number, reason="Elders beter")
        return number

    def decided(self, number: str, subject: str = "s1") -> str:
        """An erasure that was asked for, granted and confirmed. Out: the request."""
        asked = self.office.ask("rights.request", who=self.officer, case=number, kind="erasure", subject=subject)
        right = str(asked.events[0].event.model_dump()["right"])
        self.office.ask(
            "rights.decide", who=self.officer, case=number, right=right, outcome="granted", reason="Niets staat in de weg"
        )
        self.office.ask("rights.confirm", who=self.officer, case=number, right=right)
        return right

    def begun(self, number: str, subject: str = "s1") -> str:
        """The same, and the erasing has begun."""
        right = self.decided(number, subject)
        self.office.ask("rights.erase", who=self.officer, case=number, right=right)
        return right

    def erased(self, number: str, subject: str = "s1") -> Erased:
        """The same, and done."""
        return finish(self.office, number, self.begun(number, subject))


def finish(office: Office, number: str, right: str, tell: Callable[[str], object] = str) -> Erased:
    """Carry an erasure out that has begun; `tell` hears each step, and may break it off."""
    return erasing(office, number, tell).carry_out(number, right, header_of(office.store, number))


def erasing(office: Office, number: str, tell: Callable[[str], object] = str) -> Erasing:
    store = office.store
    looked = disclosed(Permit("erase", "rights-erase"), store.store_id, "matched", number)
    ledger = Ledger(office.config.ledger_in)

    def look() -> str:
        return store.disclose(looked, header_of(store, number))

    return Erasing(store, office.models, ledger, look, office.engine.table.cache.clear, tell)


def header_of(store: Store, number: str) -> Header:
    return next(r.header for r in store.load(number) if r.topic == BEGUN)


def texts(store: Store, number: str) -> dict[str, str | Withheld]:
    """Every text of a case as it comes out of the store, by topic and field."""
    refs = {
        Ref(r.stream, r.version, name): f"{r.topic}.{name}"
        for r in store.load(number)
        for name in type(r.event).personal_fields()
        if getattr(r.event, name) is not None
    }
    return {refs[ref]: text for ref, text in seen(store, refs).items()}

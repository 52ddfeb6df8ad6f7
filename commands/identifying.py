"""What all commands share that say who somebody is: how that is written, sealed for its subject, and who may bring a number."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator

from commands.base import Line
from commands.desk import Desk
from domain.events.intake import SubjectIdentified
from domain.identity import may_hold_number
from domain.ids import SubjectId
from domain.personal import Personal
from domain.refusal import Refused


def birth_date(value: str) -> str:
    """A birth date as YYYY-MM-DD; `ValueError` for what is none."""
    try:
        born = date.fromisoformat(value)
    except ValueError:
        raise ValueError("not-a-date") from None
    if not date(1880, 1, 1) <= born <= date(2200, 1, 1):
        raise ValueError("not-a-date")
    return value


def citizen_number(value: str) -> str:
    """A citizen service number as nine digits; `ValueError` for what is none."""
    from commands.anonymity import passes_eleven_test

    digits = "".join(c for c in value if c.isdigit())
    if not passes_eleven_test(digits):
        raise ValueError("not-a-citizen-number")
    return digits


BirthDate = Annotated[Line, AfterValidator(birth_date)]
"""A birth date as YYYY-MM-DD; sealed as text."""
CitizenNumber = Annotated[Line, AfterValidator(citizen_number)]
"""A citizen service number that passes the eleven-test."""


def identification(
    subject: SubjectId, name: str | None, birth_date: str | None, number: str | None, contact: str | None
) -> SubjectIdentified:
    """The identity fields of one subject, each sealed for that subject."""

    def seal(text: str | None) -> Personal | None:
        return None if text is None else Personal(subject=subject, text=text)

    return SubjectIdentified(
        subject=subject, name=seal(name), birth_date=seal(birth_date), number=seal(number), contact=seal(contact)
    )


def identity_of(name: str | None, birth_date: str | None, number: str | None) -> dict[str, str]:
    """What a matching token can be made from: a citizen number, or a name with a birth date."""
    given = {"name": name, "birth_date": birth_date, "number": number}
    return {k: v for k, v in given.items() if v}


def may_bring_number(desk: Desk, number: str | None) -> None:
    """Refuse a citizen service number from somebody of an organisation that the law does not allow to hold it."""
    if number is None:
        return
    partner = desk.me().partner
    seat = desk.team.members.get(partner)
    if not may_hold_number(seat.column if seat is not None else "", partner, desk.number_holders):
        raise Refused("number-not-yours", field="number", partner=partner)

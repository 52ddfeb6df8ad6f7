"""What all commands share that bring a citizen service number: whether whoever asks may hold one."""

from __future__ import annotations

from commands.desk import Desk
from domain.identity import may_hold_number
from domain.refusal import Refused


def may_bring_number(desk: Desk, number: str | None) -> None:
    """Refuse a citizen service number from somebody of an organisation that the law does not allow to hold it."""
    if number is None:
        return
    partner = desk.me().partner
    seat = desk.team.members.get(partner)
    if not may_hold_number(seat.column if seat is not None else "", partner, desk.number_holders):
        raise Refused("number-not-yours", field="number", partner=partner)

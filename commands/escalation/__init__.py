"""Escalation and hand-over, two-sided: calls on another, direction for a time, the whole case."""

from commands.escalation.calls import Accept, Decline, Raise, Resolve, Withdraw
from commands.escalation.direction import (
    AcceptDirection,
    DeclineDirection,
    OfferDirection,
    ReturnDirection,
    WithdrawDirection,
)
from commands.escalation.transfer import DeclineTransfer, OfferTransfer, Receive, RecordTransfer, WithdrawTransfer

__all__ = [
    "Accept", "AcceptDirection", "Decline", "DeclineDirection", "DeclineTransfer", "OfferDirection", "OfferTransfer",
    "Raise", "Receive", "RecordTransfer", "Resolve", "ReturnDirection", "Withdraw", "WithdrawDirection", "WithdrawTransfer",
]  # fmt: skip

"""The team: its way of working, its roster and partners, its meetings."""

from commands.team.meetings import CancelMeeting, HoldMeeting, Learn, Schedule
from commands.team.roster import (
    AddProfessional,
    AdmitPartner,
    AppointChair,
    ChangeRoles,
    CoverAbsence,
    PartnerLeaves,
    ProfessionalLeaves,
)  # fmt: skip
from commands.team.setup import Adopt, Establish, ExpireSharing, SignSharing

__all__ = [
    "AddProfessional", "AdmitPartner", "Adopt", "AppointChair", "CancelMeeting",
    "ChangeRoles", "CoverAbsence", "Establish",
    "ExpireSharing", "HoldMeeting", "Learn", "PartnerLeaves", "ProfessionalLeaves", "Schedule", "SignSharing",
]  # fmt: skip

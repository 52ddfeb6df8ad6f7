"""Plan: the resident's words, agreements, and the room to deviate and to spend."""

from commands.plan.agreements import Accept, Agree, Amend, Fulfil, Lapse, Refuse, Withdraw
from commands.plan.leeway import Deviate, EndDeviation, Release, Reserve, Spend
from commands.plan.words import Answer, Draft, Endorse, MeetGoal, NotEndorsed, SetGoal

__all__ = [
    "Accept", "Agree", "Amend", "Answer", "Deviate", "Draft", "EndDeviation", "Endorse", "Fulfil", "Lapse", "MeetGoal",
    "NotEndorsed", "Refuse", "Release", "Reserve", "SetGoal", "Spend", "Withdraw",
]  # fmt: skip

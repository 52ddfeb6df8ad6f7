"""Rights: what a subject asks of their own data, the decision and who confirms it, restriction, erasure."""

from commands.rights.deciding import CarryOut, Confirm, Decide
from commands.rights.erasing import Erase
from commands.rights.requesting import Extend, Request
from commands.rights.restricting import LiftRestriction, Restrict

__all__ = ["CarryOut", "Confirm", "Decide", "Erase", "Extend", "LiftRestriction", "Request", "Restrict"]

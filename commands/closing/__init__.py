"""Closing: ending a case and looking again after it, and merging what turned out to be one case."""

from commands.closing.ending import CheckAftercare, Close, Reopen
from commands.closing.merging import Merge, UndoMerge

__all__ = ["CheckAftercare", "Close", "Merge", "Reopen", "UndoMerge"]

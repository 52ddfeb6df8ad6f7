"""Signs when a checkpoint is due, turn after turn, beside whoever follows the log."""

from __future__ import annotations

from collections.abc import Callable

from domain.refusal import Refused
from infra.evidence.evidence import Evidence
from infra.evidence.note import VerifierKey
from infra.evidence.tree import Told

LOST = ("store-unreachable", "store-busy")
"""What is tried again by itself, a little later."""


class Following:
    """In: the evidence log; who hears of a key that was made here, and of what stands in the way of signing (once, until it is
    something else), and that nothing does any more (once); and who hears how far long work is.
    """

    def __init__(
        self, evidence: Evidence, begun: Callable[[VerifierKey], object], hindered: Callable[[Refused], object],
        again: Callable[[], object] = lambda: None, tell: Told | None = None,
    ) -> None:  # fmt: skip
        self.evidence = evidence
        self._begun, self._hindered, self._again, self._tell = begun, hindered, again, tell
        self._looked = False
        self._said: tuple[object, ...] = ()

    def turn(self) -> None:
        """Sign, if one is due. What stands in the way is told and left: following goes on. Refused as `LOST` alone."""
        try:
            self._look()
            if self.evidence.due():
                self.evidence.checkpoint(tell=self._tell)
        except Refused as refused:
            if refused.code in LOST:
                raise
            self._say(refused)
        else:
            # somebody else may have signed what was due: that does not bring back what is missing here
            if self._said and self.evidence.problem() is None:
                self._said = ()
                self._again()

    def _look(self) -> None:
        """The first time: have the key, or hear at once that it is not here."""
        if not self._looked:
            first = self.evidence.key is None
            key = self.evidence.begin()
            self._looked = True
            if first:
                self._begun(key)

    def _say(self, refused: Refused) -> None:
        said = (refused.code, *sorted(refused.facts.items()))
        if said != self._said:
            self._said = said
            self._hindered(refused)

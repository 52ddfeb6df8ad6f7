"""Pseudonyms that one recipient alone gets: a keyed digest, so that two of them can't lay their exports together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from infra.exports.course.model import Kind

Digest = Callable[[str, bytes], bytes]
"""A keyed digest of content for a purpose (`Tokens.digest`)."""
_HEX = 24
"""Digits that are kept: 96 bits, so that even of millions no two are the same."""


class Pseudonyms:
    """In: for whom, as a code; the store's keyed digest; whether partners and tables get pseudonyms too (they are
    organisations, and keep their ids unless that is asked). The same recipient gets the same ones each time.
    """

    def __init__(self, recipient: str, digest: Digest, *, organisations: bool = False) -> None:
        self._purpose = f"course {recipient}"
        self._digest = digest
        self._organisations = organisations
        self._known: dict[tuple[str, ...], str] = {}

    def case(self, number: str) -> str:
        return self._of("case", number)

    def agreement(self, number: str, entry: str) -> str:
        """The case's, with the agreement's number inside that case."""
        return f"agreement{self.case(number).removeprefix('case')}:{entry}"

    def professional(self, of: str, who: str) -> str:
        """In: the table on whose roster they are (the same id elsewhere is somebody else), or the source that names them."""
        return self._of("professional", of, who)

    def meeting(self, table: str, on: date) -> str:
        return self._of("meeting", table, on.isoformat())

    def partner(self, which: str) -> str:
        return self._of("partner", which) if self._organisations else f"partner:{which}"

    def table(self, which: str) -> str:
        return self._of("table", which) if self._organisations else f"table:{which}"

    def _of(self, kind: Kind, *words: str) -> str:
        known = self._known.get((kind, *words))
        if known is None:
            content = "\n".join((kind, *words)).encode()
            known = self._known[kind, *words] = f"{kind}:{self._digest(self._purpose, content).hex()[:_HEX]}"
        return known

"""Terms of keeping of the harbour: one that somebody verified, one that nobody did."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from domain.retention import Term

LOGBOOK = Term(
    "logbook", "keep", 2, "ended", "Harbour act", "7", "https://harbour.example/7", {"nl": "Het logboek", "en": "The logbook"},
    date(2026, 1, 1), "H. Arbour, lawyer", date(2026, 2, 1),
)  # fmt: skip
CARGO = Term(
    "cargo", "keep", 5, "ended", "Harbour act", "8", "https://harbour.example/8", {"nl": "De lading", "en": "The cargo"},
    date(2026, 1, 1),
)  # fmt: skip
TERMS: Mapping[str, Term] = {t.id: t for t in (LOGBOOK, CARGO)}

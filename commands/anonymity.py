"""What a machine can recognise as an identifier in a text: refused while a case is anonymous (rule 6)."""

from __future__ import annotations

import re

_NINE = re.compile(r"(?<![\d])(?:\d[ .-]?){8}\d(?![\d])")
_DAY, _MONTH, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d\d"
_DATE = re.compile(rf"(?<!\d)(?:{_DAY}[-/. ]{_MONTH}[-/. ]{_YEAR}|{_YEAR}-{_MONTH}-{_DAY})(?!\d)")
_MONTHS = (
    "januari|februari|maart|april|mei|juni|juli|augustus|september|oktober|november|december|"
    "january|february|march|may|june|july|august|october"
)
_WORDED = re.compile(rf"(?<!\d){_DAY}\s+(?:{_MONTHS})\s+{_YEAR}(?!\d)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<!\d)[1-9]\d{3}\s?[A-Za-z]{2}[\s,]*(?:nr\.?|no\.?|huisnummer)?\s*\d{1,5}\b")
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[A-Za-z]{2,}")
_PHONE = re.compile(r"(?<![\d])(?:\+31|0031|0)[\s-]?\(?0?\)?(?:\d[\s-]?){8}\d(?!\d)|(?<!\d)(?:\+\d{2}|0)(?:[\s-]?\d){9}(?!\d)")


def identifier_in(text: str) -> str | None:
    """The kind of identifier a text holds: citizen-number, birth-date, postcode, e-mail, phone; None when none is seen.

    A citizen number is nine digits that pass the eleven-test (Logisch Ontwerp BSN). A full date counts as a birth date:
    a machine can't tell them apart, and a month says enough. A name can't be recognised.
    """
    if _EMAIL.search(text):
        return "e-mail"
    if _PHONE.search(text):
        return "phone"
    for found in _NINE.finditer(text):
        if passes_eleven_test(re.sub(r"\D", "", found.group())):
            return "citizen-number"
    if _POSTCODE.search(text):
        return "postcode"
    if _DATE.search(text) or _WORDED.search(text):
        return "birth-date"
    return None


def passes_eleven_test(digits: str) -> bool:
    """Whether nine digits are a possible citizen service number: 9a+8b+7c+6d+5e+4f+3g+2h-1i divisible by eleven."""
    if len(digits) != 9 or not digits.isdigit() or digits == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 == 0

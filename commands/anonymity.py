"""What a machine can recognise as an identifier in a text: refused while a case is anonymous (rule 6)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date

_DASHES = dict.fromkeys(map(ord, "\u2010\u2011\u2012\u2013\u2014\u2212"), "-")
_NINE = re.compile(r"(?<!\d)(?:\d[ .-]?){8}\d(?!\d)")

_DAY, _MONTH = r"(?P<d>0?[1-9]|[12]\d|3[01])", r"(?P<m>0?[1-9]|1[0-2])"
_YEAR = r"(?P<y>(?:18|19|20)\d\d)"
_MONTHS = (
    "januari january jan", "februari february feb", "maart march mrt mar", "april apr", "mei may", "juni june jun",
    "juli july jul", "augustus august aug", "september sept sep", "oktober october okt oct", "november nov",
    "december dec",
)  # fmt: skip
_NUMBER_OF = {name: n for n, names in enumerate(_MONTHS, start=1) for name in names.split()}
_WORD = rf"(?P<w>{'|'.join(sorted(_NUMBER_OF, key=len, reverse=True))})\.?"
_DATES = [
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<!\d){_DAY}\s?[-/. ]\s?{_MONTH}\s?[-/. ]\s?{_YEAR}(?!\d)",  # 17-05-1980
        rf"(?<!\d){_YEAR}\s?[-/.]\s?{_MONTH}\s?[-/.]\s?{_DAY}(?!\d)",  # 1980-05-17
        rf"(?<![\d/-]){_DAY}[-/]{_MONTH}[-/]'?(?P<y>\d\d)(?![\d/-])",  # 17-5-80
        rf"(?<!\d)(?P<d>0[1-9]|[12]\d|3[01])(?P<m>0[1-9]|1[0-2]){_YEAR}(?!\d)",  # 17051980
        rf"(?<!\d){_YEAR}(?P<m>0[1-9]|1[0-2])(?P<d>0[1-9]|[12]\d|3[01])(?!\d)",  # 19800517
        rf"(?<!\d){_DAY}(?:e|ste|de|st|nd|rd|th)?[\s-](?:of\s)?{_WORD}[\s,-]+(?:{_YEAR}|'(?P<s>\d\d))(?!\d)",  # 17 mei 1980
        rf"\b{_WORD}\s{_DAY}(?:st|nd|rd|th)?,?\s{_YEAR}(?!\d)",  # May 17, 1980
    )
]

_HOUSE = r"\d{1,5}(?!\d)"
_LITTLE_WORDS = (
    "al|an|as|at|be|by|da|de|do|du|en|er|go|he|ik|in|is|it|je|ma|me|my|na|no|nu|of|om|on|op|or|so|te|to|uw|we|za|ze|zo"
)
_POSTCODE = rf"[1-9]\d{{3}}(?:\s?[A-Z]{{2}}|[a-z]{{2}}|\s(?!(?:{_LITTLE_WORDS})\b)[a-z]{{2}})(?![A-Za-z])"
_ADDRESS = re.compile(
    rf"(?<!\d){_POSTCODE}[\s,/#-]*(?:(?:nr|no|huisnr|huisnummer|number)\.?:?\s*)?{_HOUSE}"
    rf"|(?<!\d)\d{{1,5}}\s?-?[A-Za-z]{{0,3}}[\s,]+[1-9]\d{{3}}\s?[A-Z]{{2}}(?![A-Za-z])"
)
_EMAIL = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[A-Za-z]{2,}")
_GAP = r"[\s.()/-]{0,3}"
_PHONE = re.compile(
    rf"(?<!\d)(?:(?:\+|00)31{_GAP}0?|0)(?:{_GAP}\d){{9}}(?!\d)"  # of the Netherlands
    rf"|(?<!\d)\+\d{{1,3}}(?:{_GAP}\d){{7,12}}(?!\d)"  # of elsewhere
)


def identifier_in(text: str, today: date | None = None) -> str | None:
    """The kind of identifier a text holds: citizen-number, birth-date, postcode, e-mail, phone; None when none is seen.

    A citizen number is nine digits that pass the eleven-test (Logisch Ontwerp BSN). A full date up to `today` counts as
    a birth date: a machine can't tell them apart, and a month says enough. A postcode counts with its house number.
    A name can't be recognised.
    """
    text = "".join(c for c in unicodedata.normalize("NFKC", text).translate(_DASHES) if unicodedata.category(c) != "Cf")
    if _EMAIL.search(text):
        return "e-mail"
    if any(passes_eleven_test(re.sub(r"\D", "", found.group())) for found in _NINE.finditer(text)):
        return "citizen-number"
    if any(today is None or day <= today for day in _days(text)):
        return "birth-date"
    if _PHONE.search(text):
        return "phone"
    return "postcode" if _ADDRESS.search(text) else None


def _days(text: str) -> Iterator[date]:
    """The days that are written out in a text. A year of two digits is the one of the twentieth century."""
    for pattern in _DATES:
        for found in pattern.finditer(text):
            parts = found.groupdict()
            year = int(parts.get("y") or parts.get("s") or 0)
            month = int(parts["m"]) if parts.get("m") else _NUMBER_OF[parts["w"].lower()]
            try:
                yield date(year + 1900 if year < 100 else year, month, int(parts["d"]))
            except ValueError:
                continue  # 31 February is nobody's birthday


def passes_eleven_test(digits: str) -> bool:
    """Whether nine digits are a possible citizen service number: 9a+8b+7c+6d+5e+4f+3g+2h-1i divisible by eleven."""
    if len(digits) != 9 or not digits.isdigit() or digits == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(d) for w, d in zip(weights, digits, strict=True)) % 11 == 0

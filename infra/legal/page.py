"""The reference page of the legal terms, made from the files that come with the program."""

from __future__ import annotations

from collections.abc import Iterator

from domain.retention import Term
from infra.legal import LegalGround, grounds, terms

HEAD = """# Legal terms

How long is kept, and on what other ground than consent is shared, as dated data: `infra/legal/retention.toml` and
`grounds.toml`. **The program gives no legal advice.** They were written down on the day of *as of* from what is published about
these laws. Where *verified* says nobody, no lawyer compared them with the text of the law: such a term is shown as unverified
wherever it is used, and nothing is destroyed on it.

`casus retention terms` and `casus consent grounds` print them, with an organisation's own terms in their place.
"""
OWN = """## An organisation's own file

The setting `legal`, or `CASUS_LEGAL`, names a file of the same form. A term in it takes the place of the one with the same id;
other ids are added. Whoever answers for a term puts their name and the day to it.

```toml
version = 1

[term.wmo-2015]
duty = "keep"            # keep: not to be destroyed before it has run; destroy: not to be kept beyond it
years = 15               # left out: the law names no number, and no day passes it
counted_from = "ended"   # ended: the day the case last ended; opened: the day it began
law = "Wet maatschappelijke ondersteuning 2015"
article = "5.3.4 lid 1"
url = "https://wetten.overheid.nl/jci1.3:c:BWBR0035362&artikel=5.3.4"
nl = "Gegevens van maatschappelijke ondersteuning"
en = "Data of social support"
as_of = 2026-11-01
verified_by = "H. Arbour, lawyer"   # empty together with verified_on: nobody verified it
verified_on = 2026-11-10            # not before as_of
```

A file that lacks something, or says what it may not, is refused as a whole, naming the place.
"""


def legal_terms_page() -> str:
    """The page, as Markdown."""
    return "\n".join([HEAD, *_parts(), OWN]).rstrip() + "\n"


def _parts() -> Iterator[str]:
    yield "## Terms of keeping\n"
    for term in terms().values():
        yield from _entry(term, (("duty", f"{term.duty}, {_years(term)}, counted from when the case {_start(term)}"),))
    yield "## Other grounds than consent\n"
    for ground in grounds().values():
        yield from _entry(ground, ())


def _entry(entry: Term | LegalGround, more: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f"### {entry.id}\n"
    yield f"{entry.about['en']}\n"
    verified = f"{entry.verified_by}, {entry.verified_on}" if entry.verified_by else "**nobody**"
    source = " ".join(part for part in (entry.law, entry.article) if part)
    rows = (*more, ("source", f"[{source}]({entry.url})"), ("as of", f"{entry.as_of}"), ("verified", verified))
    yield "| | |\n|---|---|"
    for name, value in rows:
        yield f"| {name} | {value} |"
    yield ""


def _years(term: Term) -> str:
    return "no number of years" if term.years is None else f"{term.years} years"


def _start(term: Term) -> str:
    return "ended" if term.counted_from == "ended" else "was opened"

"""What the commands of `casus access` have in common: which disclosures are meant, and how a disclosure reads."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, get_args

from pydantic import StringConstraints

from domain.days import start_of
from domain.disclosure import PREFIX
from domain.ids import CaseNumber, ProfessionalId, SubjectId, TeamId
from infra.cli.param import Bad
from infra.cli.session import Session
from infra.texts import Words
from projections.base import Json
from projections.disclosures import DisclosureRow


def _pattern(kind: Any) -> re.Pattern[str]:
    return re.compile(next(str(c.pattern) for c in get_args(kind) if isinstance(c, StringConstraints)))


_NUMBER, _TEAM, _SUBJECT, _WHO = map(_pattern, (CaseNumber, TeamId, SubjectId, ProfessionalId))


def about(case: str | None, subject: str | None) -> tuple[str | None, str | None]:
    """A case and one of its people, from `--case` and `--subject`: `LEL-2026-0007/s1`, or `s1` beside a case. Of a table, whose
    names are sealed too, one of its roster: `lelystad-sit/kwintes-2`.
    """
    if subject is not None and "/" in subject:
        named, _, subject = subject.rpartition("/")
        if case is not None and case != named:
            raise Bad("two-cases", param="--subject")
        case = named
    if case is not None and not (_NUMBER.fullmatch(case) or _TEAM.fullmatch(case)):
        raise Bad("bad-form", param="--case", form="case")
    if subject is not None and case is None:
        raise Bad("case-needed", param="--subject")
    if subject is not None and not _SUBJECT.fullmatch(subject):
        raise Bad("bad-form", param="--subject", form="subject")
    return case, subject


def formed(actor: str | None, team: str | None) -> None:
    """Complains of a reader or a table that looks like none."""
    if actor is not None and not _WHO.fullmatch(actor):
        raise Bad("bad-form", param="--actor", form="professional")
    if team is not None and not _TEAM.fullmatch(team):
        raise Bad("bad-form", param="--team", form="team")


def period(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """Days in Amsterdam, both included, as the first moment that counts and the first that no longer does: none where that would
    be after the last day there is.
    """
    if since is not None and until is not None and since > until:
        raise Bad("ends-first", param="--to", begins="--from")
    beyond = None if until is None or until == date.max else start_of(until + timedelta(days=1))
    return (start_of(since) if since else None, beyond)


def narrowed(row: DisclosureRow, case: str | None) -> DisclosureRow:
    """Where one case was asked for, no other that was in the same list is told."""
    if case is None:
        return row
    return row._replace(seen=Json(json.dumps([number for number in json.loads(row.seen) if number == case])))


def as_json(row: DisclosureRow) -> dict[str, Any]:
    """A disclosure as an object."""
    return row._asdict() | {"disclosure": row.disclosure.removeprefix(PREFIX), "seen": json.loads(row.seen)}


def cases_of(rows: list[DisclosureRow]) -> set[str]:
    """Whatever these disclosures name: whoever sees them sees that."""
    named = {row.of for row in rows if row.of is not None}
    return named.union(*(json.loads(row.seen) for row in rows))


class Reading:
    """How the parts of disclosures read, in one language."""

    def __init__(self, session: Session, words: Words | None = None) -> None:
        self._session = session
        self.words = words or session.words

    def say(self, *path: str, **facts: object) -> str:
        """A sentence of `tracing.toml`."""
        from infra.texts.sentences import fill

        return fill(self.words.get("tracing", *path), facts, self.words)

    def label(self, team: str | None, field: str, code: str | None) -> str | None:
        """A code of a table's own vocabulary: a role, an organisation."""
        from infra.cli.labels import labels

        if not code:
            return None
        office = self.words.find("tracing", "offices", code) if field == "role" else None
        return office or labels(self._session, team)(field, code)

    def what(self, code: str) -> str:
        """What was asked, in words: the command as it is typed, where nothing says more."""
        return self.words.find("tracing", "what", code) or code.replace("-", " ")

    def purpose(self, code: str | None) -> str | None:
        """A purpose as the processing register names it."""
        from infra.policy import register

        found = register().get(code or "")
        return found.labels[self.words.language] if found else code

    def why(self, code: str) -> str:
        """Why it was allowed, or denied, in a sentence."""
        return self.words.find("tracing", "why", code) or code

    def part(self, code: str | None) -> str | None:
        """What part in the case somebody had at that moment."""
        return self.words.get("tracing", "part", code) if code else None

    def basis(self, row_basis: str, entry: str | None = None) -> str:
        """The legal ground, and where it stands in the case."""
        told = self.words.find("tracing", "basis", row_basis) or self.words.code(row_basis, "kind")
        return f"{told} ({entry})" if entry else told

    def field(self, name: str) -> str:
        """What a sealed field of an event holds."""
        return self.words.find("tracing", "fields", name) or name

    def fields(self, row: DisclosureRow, owners: Mapping[str, str]) -> str:
        """The texts that were shown: what each holds, whose it is, with the entry it stands in, in the order of the case."""
        at = sorted((int(version), name) for version, _, name in (f.partition(".") for f in row.fields))
        return ", ".join(
            self.say("log", "field", what=self.field(name), entry=str(version), whose=owners.get(f"{version}.{name}"))
            for version, name in at
        )


def facts_of(reading: Reading, row: DisclosureRow, case: str | None = None) -> Mapping[str, object]:
    """What the sentences about a disclosure tell. `case` is the one that was asked for, where it was seen in a list."""
    named = (reading.label(row.team, "organisation", row.organisation), reading.label(row.team, "role", row.role))
    return {
        "at": row.at, "who": row.actor or row.recorded_by,
        "about": ", ".join(part for part in (*named, _enterer(reading, row)) if part), "of": row.of or case,
        "what": reading.what(row.what), "digest": row.digest,
        "version": str(row.seen_version) if row.seen_version else None, "purpose": reading.purpose(row.purpose),
        "basis": reading.basis(row.basis, row.entry), "why": reading.why(row.code), "recipient": row.recipient,
        "subjects": ", ".join(row.subjects), "count": str(len(row.fields)) if row.fields else None,
        "cases": str(count) if (count := len(json.loads(row.seen))) else None,
    }  # fmt: skip


def _enterer(reading: Reading, row: DisclosureRow) -> str | None:
    """The login that looked for somebody else, where it was done so."""
    entered = (row.assurance or "").endswith("+entered-for")
    return reading.say("log", "entered", by=row.recorded_by) if entered else None

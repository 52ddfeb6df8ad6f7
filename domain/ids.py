"""The kinds of word an event may hold in the clear: codes and ids, each with its pattern."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field, StringConstraints

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}$")]
"""A word of the profile's or the engine's vocabulary: a reason, a criterion, a life domain, a role."""

CaseNumber = Annotated[str, StringConstraints(pattern=r"^([A-Z]{2,4}-\d{4}-\d{4,6}|[a-z0-9-]{1,40}:[^\x00-\x1f\x7f]{1,120})$")]
"""A case's number, which is its stream: `LEL-2026-0007`; of an imported case `<source>:<case>`."""

TeamId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,59}$")]
"""A team (or region), which is its stream: `lelystad-sit`."""

StreamId = Annotated[str, StringConstraints(min_length=1, max_length=180)]
PartnerId = Code
ProfessionalId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,59}-\d{1,4}$")]
"""A person on a roster, opaque: the partner and a sequence number, `kwintes-2`."""

SubjectId = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,79}$")]
"""A person whose data a stream holds: `s1` (the resident), `s2`, ...; on a team its professional."""

EntryId = Annotated[str, StringConstraints(pattern=r"^[A-Z]{1,2}\d{1,4}$")]
"""Something numbered inside a case: agreement `A1`, goal `G1`, deviation `D1`, escalation `E1`."""

Cents = Annotated[int, Field(ge=1, le=100_000_000)]
"""An amount in euro cents."""

Prefix = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
"""The letters that begin a team's case numbers."""

Login = Annotated[str, StringConstraints(pattern=r"^[a-z_][a-z0-9_-]{0,62}$")]
"""An opaque login: `os-1000` on a laptop, the PostgreSQL role on a server."""

SourceTerm = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""A word of an imported source's own vocabulary: the name of an activity, a group, a lifecycle step."""

FieldName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]{0,39}$")]
"""The name of a field of an event."""

FieldAt = Annotated[str, StringConstraints(pattern=r"^\d{1,6}\.[a-z][a-z_]{0,39}$")]
"""A field of an entry: the entry's number and the field's name, `12.question`."""

Trace = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{12,32}$")]
"""An opaque id in hexadecimal: of a trace (32), a span (16) or a machine (12)."""

Release = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9.+-]{0,39}$")]
"""A program and its version: `casus-0.3.0`."""

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
ProfileDocument = Annotated[str, StringConstraints(max_length=400_000)]
"""A whole way of working as JSON, as it was adopted: data of the profession, nobody's person."""

RESIDENT: SubjectId = "s1"
TEAM_SUBJECT: SubjectId = "team"
"""Free text of a table itself (minutes of a learning meeting) is sealed with a key of the table."""

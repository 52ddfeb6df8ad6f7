"""What an event of each topic holds, as data for the database: made of the event classes, so that the two can't differ."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from domain.event import Event
from domain.events import discover
from infra.store.database import Database

NUMBER = r"^-?[0-9]{1,20}(\.[0-9]{1,20})?([eE][+-]?[0-9]{1,3})?$"
"""How a decimal number is written: in JSON it is a text."""
WORD = r"^[^ ]*$"
"""A text without a pattern of its own: the value of a field that was corrected. What somebody said is sealed."""
DOCUMENT = 10_000
"""From here on a text is a document of the profession, and may be written over lines."""
KEPT = ("type", "enum", "format", "minimum", "maximum", "minLength", "maxLength")


class Shape(NamedTuple):
    """A row of `casus.event_shapes`. `shape` is a JSON schema, whole, with its keys in order."""

    topic: str
    version: int
    sealed: tuple[str, ...]
    shape: str


def event_shapes() -> frozenset[Shape]:
    """The shape of every event."""
    return frozenset(map(shape_of, discover().values()))


def shape_of(event: type[Event]) -> Shape:
    """The shape of one event. A text that is sealed stands in its facts with its subject alone."""
    schema = event.model_json_schema(mode="serialization")
    made = _plain(schema, schema.get("$defs", {}))
    return Shape(event.TOPIC, event.VERSION, tuple(sorted(event.personal_fields())), json.dumps(made, sort_keys=True))


def held(db: Database) -> frozenset[Shape]:
    """The shapes as the database has them."""
    rows = db.query("SELECT topic, version, sealed, shape::text FROM casus.event_shapes")
    return frozenset(Shape(t, v, tuple(s), json.dumps(json.loads(shape), sort_keys=True)) for t, v, s, shape in rows)


def put(db: Database, shapes: frozenset[Shape]) -> None:
    """Put these shapes in the place of those that are there."""
    db.execute("DELETE FROM casus.event_shapes")
    db.executemany(
        "INSERT INTO casus.event_shapes VALUES (?, ?, ?, ?::text::jsonb)",
        [(s.topic, s.version, list(s.sealed), s.shape) for s in sorted(shapes)],
    )


def _plain(schema: dict[str, Any], defined: dict[str, Any]) -> dict[str, Any]:
    """A schema without what is only told, with what it refers to in its place, and patterns as the database reads them."""
    if "$ref" in schema:
        return _plain(defined[schema["$ref"].rpartition("/")[2]], defined)
    made: dict[str, Any] = {key: schema[key] for key in KEPT if key in schema}
    if "const" in schema:
        made |= {"type": "string", "enum": [schema["const"]]}
    for key in ("anyOf", "prefixItems"):
        if key in schema:
            made[key] = [_plain(each, defined) for each in schema[key]]
    if made.get("type") == "array" and "prefixItems" not in made:
        made["items"] = _plain(schema["items"], defined)
    if made.get("type") == "object":
        made["properties"] = {name: _plain(each, defined) for name, each in schema.get("properties", {}).items()}
        made["required"] = sorted(schema.get("required", ()))
    if made.get("type") == "string" and not made.keys() & {"enum", "format"}:
        made |= _worded(schema)
    return made


def _worded(schema: dict[str, Any]) -> dict[str, Any]:
    if schema.get("maxLength", 0) >= DOCUMENT:
        return {"document": True}
    usual = WORD if "maxLength" in schema and "minLength" not in schema else "" if "maxLength" in schema else NUMBER
    return {"pattern": schema.get("pattern", usual).replace(r"\d", "[0-9]").replace(r"\x00-\x1f\x7f", r"\u0001-\u001f\u007f")}

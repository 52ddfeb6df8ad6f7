"""The reference page of the read models, made from what they declare."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from typing import Any

from projections.base import Kind, Projection, View
from projections.registry import VIEWS, projection, reports, view

HEAD = """# Read models

What can be read of a store, by `casus report NAME --format json|csv`, by the queries of the command line, and on a server by SQL
in schema `casus_read`. This page is made from the declarations; it changes when they do.

Each read model has a version. When a column comes, goes or changes its meaning the version goes up, and the table has another
name (`cases_v1`, `cases_v2`). A job that counts on version 1 asks for `cases@1`: it is refused once that is no longer made.

No column holds a name, a text, or a reference to one: codes, ids, dates and amounts only. They are about people all the same
and stay with who may see them.
"""

FORMS: dict[Kind, str] = {
    "text": "text",
    "integer": "whole number",
    "boolean": "true or false",
    "date": "day (`2026-12-10`)",
    "moment": "moment in UTC (`2026-12-10T08:30:00.000000Z`)",
    "decimal": "number, in JSON as text",
    "codes": "codes: in JSON a list, else with spaces between them",
    "json": "JSON object, in CSV and SQL as text",
}


def read_models_page() -> str:
    """The page, as Markdown."""
    return "\n".join([HEAD, *_parts()]).rstrip() + "\n"


def _parts() -> Iterator[str]:
    kept = [n for n in reports() if n not in VIEWS]
    yield "## Kept in tables\n"
    yield "Made from the log and kept up with it.\n"
    for name in kept:
        yield from _model(projection(name))
    yield "## Made on the day\n"
    yield "Made when they are asked for, for a day (`--at`): what passes with time is compared then. They have no table.\n"
    for name in VIEWS:
        yield from _model(view(name))


def _model(model: Projection[Any] | View[Any]) -> Iterator[str]:
    yield f"### {model.name}, version {model.version}\n"
    yield inspect.getdoc(model.row) or ""
    yield ""
    if isinstance(model, Projection):
        key = " + ".join(f"`{c}`" for c in (model.stream, *model.key))
        yield f"Table `{model.table}`. A row is named by {key}.\n"
    yield "| column | | may be empty | what it says |\n|---|---|---|---|"
    for c in model.columns:
        yield f"| `{c.name}` | {FORMS[c.kind]} | {'yes' if c.optional else ''} | {c.about} |"
    yield ""

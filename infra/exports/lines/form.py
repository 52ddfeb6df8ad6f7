"""The form of the JSON Lines: what each line holds. Keys stand in this order, what is absent is left out, there is no float.

    {"casusregie":"lines","format":1,"store":"...","created_at":"...Z","origin":"casusregie/...","place":N,"sha256":"..."}
    {"place":1,"stream":"...","version":1,"topic":"...","recorded_at":"...Z","recorded_by":"...","placed_at":"...Z",
     "state":"{...}","sealed":[...],"receipt":{...},"sha256":"..."}         one for each place, from 1 up to N
    {"handed_out":{...},"key":{...},"sha256":"..."}    after the last event of each checkpoint that was handed out up to N
    {"manifest":{"lines":...,"events":N,"sealed":...,"receipts":...,"sha256":"..."},"sha256":"..."}
    {"checkpoint":{...},"key":{...},"sha256":"..."}

Each line ends with the SHA-256 of itself without that last key, so that damage is found on its line; the manifest's is over
all lines before it, line breaks included. Bytes are text where they are UTF-8, else `{"base64":"..."}`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter
from pydantic_core import from_json, to_json

MARK: Final = "lines"
FORMAT: Final = 1

_MOMENT = r"^[0-9]{4}(-[0-9]{2}){2}T[0-9]{2}(:[0-9]{2}){2}\.[0-9]{6}Z$"
Moment = Annotated[str, Field(pattern=_MOMENT, description="UTC, with microseconds")]
Base64 = Annotated[str, Field(pattern=r"^[A-Za-z0-9+/]*={0,2}$", description="base64 (RFC 4648, section 4)")]
Sum = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256, hexadecimal")]
Text = Annotated[str, Field(pattern=r"^[^\x00]*$", description="without U+0000, which PostgreSQL has no text with")]
Count = Annotated[int, Field(ge=0)]
Number = Annotated[int, Field(ge=1)]


class _Held(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Bytes(_Held):
    """Bytes that are no UTF-8."""

    base64: Base64


class Sealed(_Held):
    """A sealed field: its name, the id of the key that opens it, and the ciphertext."""

    field: Text
    key_id: Text
    data: Base64


class Receipt(_Held):
    """What was answered to a command: its id, the digest of what was asked, the result as it was stored, and its stamps."""

    command: Text
    digest: Base64
    result: Text
    recorded_at: Moment
    recorded_by: Text


NONE: Final = Receipt(command="", digest="", result="", recorded_at="1970-01-01T00:00:00.000000Z", recorded_by="")
"""Of an event whose command has none, or had it before: it is left out."""


class Totals(_Held):
    """How many lines stand before the manifest, what is in them, and the SHA-256 over them."""

    lines: Number
    events: Count
    sealed: Count
    receipts: Count
    sha256: Sum


class Signed(_Held):
    """A checkpoint: how many leaves, their root, and the signed note (C2SP)."""

    size: Number
    root: Base64
    note: Text


class Key(_Held):
    """The key that signed it, as C2SP signed-note writes a verifier key, and since when it does."""

    vkey: Text
    since: Moment


class Header(_Held):
    """The first line: of which store, up to which place, and under what name its checkpoints are signed."""

    casusregie: Literal["lines"]
    format: Literal[1]
    store: Annotated[str, Field(pattern=r"^[0-9a-f]{32}$")]
    created_at: Moment
    origin: Text
    place: Number
    sha256: Sum


class Event(_Held):
    """An event as it is stored, with its place; its sealed fields by name; the receipt, on the first event of its command."""

    place: Number
    stream: Text
    version: Number
    topic: Text
    recorded_at: Moment
    recorded_by: Text
    placed_at: Moment
    state: str | Bytes
    sealed: Annotated[tuple[Sealed, ...], Field(min_length=1)] = Field(default=(), validate_default=False)
    receipt: Receipt = Field(default_factory=lambda: NONE)
    sha256: Sum


class HandedOut(_Held):
    """After the last event that it is of: a checkpoint of which the lines say that it was handed out."""

    handed_out: Signed
    key: Key
    sha256: Sum


class Manifest(_Held):
    """The line after them."""

    manifest: Totals
    sha256: Sum


class Checkpoint(_Held):
    """The last line."""

    checkpoint: Signed
    key: Key
    sha256: Sum


Line = Header | Event | HandedOut | Manifest | Checkpoint
STARTS: Final[dict[bytes, TypeAdapter[Any]]] = {
    b'{"casusregie":': TypeAdapter(Header), b'{"place":': TypeAdapter(Event), b'{"handed_out":': TypeAdapter(HandedOut),
    b'{"manifest":': TypeAdapter(Manifest), b'{"checkpoint":': TypeAdapter(Checkpoint),
}  # fmt: skip
"""By what its first key is it is known which line it is."""
TAIL: Final = len(',"sha256":""}\n') + 64


def written(held: dict[str, Any]) -> bytes:
    """A line, with its own SHA-256. In: its keys, in their order."""
    body = to_json(held)
    return body[:-1] + b',"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n'


def read(text: bytes) -> Line:
    """A line, wholly checked: its kind, its own SHA-256, and that it is written as `written` writes it. `ValueError` else."""
    body = text[:-TAIL] + b"}"
    if text[-TAIL:] != b',"sha256":"' + hashlib.sha256(body).hexdigest().encode() + b'"}\n':
        raise ValueError("sum")
    kind = next((kind for start, kind in STARTS.items() if text.startswith(start)), None)
    if kind is None:
        raise ValueError("kind")
    found: Line = kind.validate_json(text)  # a mistake is a ValueError too
    if kind.dump_json(found, exclude_unset=True) + b"\n" != text:
        raise ValueError("not canonical")
    return found


def as_text(data: bytes) -> str | dict[str, str]:
    """Bytes as a line has them."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return {"base64": packed(data)}


def as_bytes(held: str | Bytes) -> bytes:
    """The bytes that a line has. `ValueError` where they are not in their one spelling."""
    if isinstance(held, str):
        return held.encode()
    data = unpacked(held.base64)
    if as_text(data) != {"base64": held.base64}:
        raise ValueError("not canonical")
    return data


def packed(data: bytes) -> str:
    """Base64."""
    return base64.b64encode(data).decode("ascii")


def unpacked(text: str) -> bytes:
    """The bytes of base64. `ValueError` where it is not their one spelling."""
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error:
        raise ValueError("base64") from None
    if packed(data) != text:
        raise ValueError("base64")
    return data


def command_of(state: Any) -> str | None:
    """Which command an event is of: its envelope says so. None where it does not."""
    try:
        found = from_json(bytes(state).split(b"\n", 1)[0][:-1] + b"}").get("command")
    except (ValueError, TypeError, AttributeError):
        return None
    return found if isinstance(found, str) and found else None


def schema() -> dict[str, Any]:
    """The published JSON Schema (draft 2020-12) of a line."""
    made = TypeAdapter(Line).json_schema()
    kinds = made.pop("anyOf")
    del made["$defs"]["Event"]["properties"]["sealed"]["default"]  # it is left out, never empty
    about = "One line of a whole store of Casusregie: see docs/reference/json-lines.md"
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:casusregie:schema:json-lines:1"}
    return {**head, "title": "Casusregie JSON Lines", "description": about, "oneOf": kinds, **made}

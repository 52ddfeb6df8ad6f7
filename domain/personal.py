"""Marks a field as a person's data: sealed with its subject's key in the store, a reference in every state."""

from pydantic import BaseModel, ConfigDict, Field

from domain.frozen import frozen
from domain.ids import StreamId, SubjectId


class Personal(BaseModel):
    """A text about a person, with the subject it is about.

    `text` is there when a command makes it and when it was opened for a reader; as loaded from the store it is None.
    It never takes part in an event's clear facts, its `repr` or its serialisation.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    subject: SubjectId
    text: str | None = Field(default=None, exclude=True, repr=False, max_length=20_000)


@frozen
class Ref:
    """Where a sealed text stands: the stream, the version of its event and the field. States hold this, never text."""

    stream: StreamId
    version: int
    field: str

    def __str__(self) -> str:
        return f"{self.stream}#{self.version}.{self.field}"

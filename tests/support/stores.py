"""Stores for tests: on both databases, new and empty."""

from pathlib import Path

from domain.event import Header
from domain.events.intake import SubjectNoted, SubmissionSupplemented
from domain.personal import Personal
from infra.store import Draft, Receipt, StoreConfig

DATABASES = ("sqlite", "postgresql")


def config_of(kind: str, home: Path, dsn: str | None = None) -> StoreConfig:
    """Where a store of this kind is to be made; impatient, for a test that waits waits for nothing."""
    return StoreConfig(home / "casus", dsn=dsn if kind == "postgresql" else None, patience=5.0)


def header(command: str = "c1") -> Header:
    return Header(
        actor="kwintes-2",
        team="lelystad-sit",
        organisation="kwintes",
        role="coordinator",
        purpose="casusregie",
        command=command,
        assurance="os-user",
    )


def noted(stream: str, command: str = "c1", subject: str = "s2", name: str | None = None) -> Draft:
    """A draft without a sealed field, or with one."""
    text = Personal(subject=subject, text=name) if name is not None else None
    return Draft(stream, SubjectNoted(subject=subject, kind="child", name=text), header(command))


def told(stream: str, text: str, command: str = "c1", subject: str = "s1") -> Draft:
    """A draft with a sealed field."""
    return Draft(stream, SubmissionSupplemented(text=Personal(subject=subject, text=text)), header(command))


def receipt(command: str, content: object = None, result: object = None) -> Receipt:
    return Receipt.of(command, content if content is not None else {"of": command}, result)

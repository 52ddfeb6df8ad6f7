"""What came with an imported history: one activity of a case, and a source with its resources."""

from typing import ClassVar

from domain.case import Case, Status
from domain.days import day_of
from domain.event import Event
from domain.ids import Code, SourceTerm
from domain.personal import Personal
from domain.source import Source


class ActivityImported(Event):
    """One step of a case's history elsewhere, in that source's own words; `kind` is what our table calls it, if mapped."""

    TOPIC: ClassVar[str] = "case.imported.activity"
    source: Code
    position: int
    activity: SourceTerm
    kind: Code | None = None
    lifecycle: SourceTerm | None = None
    resource: Code | None = None
    group: SourceTerm | None = None

    def apply(self, case: Case) -> Case:
        stamp = case.stamp
        assert stamp is not None
        if case.imported_events:
            return case.but(imported_events=case.imported_events + 1)
        status = Status.IMPORTED if case.status is Status.NONE else case.status
        return case.but(
            number=stamp.stream, status=status, source=self.source, opened=day_of(stamp.occurred_at), imported_events=1
        )


class SourceOpened(Event):
    """A source of imported histories."""

    TOPIC: ClassVar[str] = "source.imported.opened"
    source: Code

    def apply(self, source: Source) -> Source:
        return source.but(name=self.source)


class ResourceNoted(Event):
    """A person or system that a source names gets an opaque id; its name there is sealed."""

    TOPIC: ClassVar[str] = "source.imported.resource-noted"
    resource: Code
    name: Personal

    def apply(self, source: Source) -> Source:
        assert source.stamp is not None
        return source.but(resources={**source.resources, self.resource: source.stamp.ref("name")})

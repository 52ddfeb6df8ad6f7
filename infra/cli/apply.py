"""`casus apply`: a file of commands, one JSON object a line; all checked before the first is stored, and resumable."""

from __future__ import annotations

import hashlib
import io
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO

import click

from commands import resolve
from commands.base import Command
from domain.refusal import Refused
from infra.cli.forms import fill, meta
from infra.cli.kinds import params
from infra.cli.line import Line
from infra.cli.own import JSON, YES, leaf
from infra.cli.param import Bad, Param
from infra.cli.running import COMMAND_ID, request, tell, word
from infra.cli.session import Session
from infra.texts import Words

if TYPE_CHECKING:
    from infra.engine import Engine, Outcome

FILE = Param("file", "file", required=True, positional=True)
WITH = ("command_id", "occurred_at", "as", "team", "purpose", "audience")
"""What may stand beside a command's own fields."""
LONGEST = 256 * 1024
MOST = 64 * 1024 * 1024


@dataclass(frozen=True)
class Step:
    """One line: its number, the command's class, its fields as they stand there, what stands beside them."""

    number: int
    command: type[Command]
    fields: Mapping[str, Any]
    also: Mapping[str, Any]


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, work, FILE, also=(YES, JSON))


def work(session: Session, file: str, yes: bool) -> None:
    """Check every line: its form, then what the rules say when all are carried out in order, storing nothing. Then carry
    them out. Interrupted, the same file again goes on where it was, for each command is stored once.
    """
    with _opened(file, session) as lines:
        steps = read(lines, lambda line: session.store.tokens.digest("apply", line))
    session.typed += tuple(_strings([(s.fields, s.also) for s in steps]))
    for step in steps:
        with _at(step.number):
            request(session, fill(step.command, _stood_in(step.fields), session.now), step.also)
    irreversible = [s for s in steps if s.command.IRREVERSIBLE]
    if irreversible:
        from infra.cli.asking import sure

        sure(session, irreversible[0].command.command_name(), Path(file).name, yes=yes)
    for _ in _carried_out(session, steps, _rehearsing(session), "rehearsed"):
        pass
    for step, outcome in _carried_out(session, steps, session.engine, "progress"):
        session.place()
        tell(session, step.command, outcome, remind=False)
    session.out.note("applied", count=len(steps))


def _rehearsing(session: Session) -> Engine:
    """An engine that stores nothing: the rules answer to every line before the first is stored."""
    from infra.engine import Engine
    from infra.engine.finding import Rehearsed
    from infra.engine.rehearsal import Rehearsal

    rehearsal = Rehearsal(session.store, session.clock)
    return Engine(rehearsal, Rehearsed(session.readmodels, rehearsal, rehearsal.held), session.settings.legal)


def _carried_out(session: Session, steps: Sequence[Step], engine: Engine, telling: str) -> Iterator[tuple[Step, Outcome]]:
    """Each line carried out by an engine, in order; stops at the first that is refused, naming it."""
    opened: dict[str, str] = {}
    for done, step in enumerate(steps):
        session.out.progress(session.words.say(telling, done=done, total=len(steps)))
        with _at(step.number):
            form = fill(step.command, _referred(step.fields, opened), session.now)
            outcome = engine.run(form, request(session, form, step.also))
        opened[str(step.also["command_id"])] = _case_of(step, outcome)
        session.out.progress_done()
        yield step, outcome


def _strings(value: Any) -> Iterator[str]:
    """Every text in something read as JSON."""
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, Mapping) else value if isinstance(value, list | tuple) else ():
        yield from _strings(each)


Digest = Callable[[bytes], bytes]


def read(lines: Iterator[tuple[int, bytes]], keyed: Digest) -> list[Step]:
    """Every line as a step. Complains of the first that is not one. `keyed` digests what may hold a person's data."""
    seen: Counter[str] = Counter()
    steps = []
    for number, line in lines:
        with _at(number):
            steps.append(_step(number, line, seen, keyed))
    ids = Counter(str(s.also["command_id"]) for s in steps)
    opening: set[str] = set()
    for step in steps:
        with _at(step.number):
            own = str(step.also["command_id"])
            if ids[own] > 1:
                raise Refused("command-id-twice", command=own[:80])
            _referred(step.fields, dict.fromkeys(opening, ""))
            if step.command.KIND == "opens" or step.command.OPENS_NUMBER:
                opening.add(own)
    return steps


def _step(number: int, line: bytes, seen: Counter[str], keyed: Digest) -> Step:
    found = _object(line)
    name = found.pop("command", None)
    if not isinstance(name, str):
        raise Refused("line-no-command")
    try:
        kind = resolve(name)
    except LookupError:
        raise Refused("line-unknown-command") from None
    if kind.FOLLOWED:
        raise Refused("line-followed", command=name)
    own = {p.name for p in params(kind)}
    own |= {"audience"} - {p.name for p in meta(kind)}  # where it means nothing it is an unknown field
    also = {key: found.pop(key) for key in WITH if key in found and key not in own}
    for key, value in also.items():
        if not isinstance(value, str):
            raise Refused("line-not-text", field=key)
    word(COMMAND_ID, also.get("command_id"))  # an id stands in the log as it is, and is named where it comes twice
    if "command_id" not in also:
        also["command_id"] = _made_id(line, seen, keyed if kind.has_texts() else _open_digest)
    also["actor"] = also.pop("as", None)
    return Step(number, kind, found, also)


def _object(line: bytes) -> dict[str, Any]:
    def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        if len({key for key, _ in pairs}) != len(pairs):
            raise Refused("line-key-twice")
        return dict(pairs)

    try:
        found = json.loads(line.decode("utf-8"), object_pairs_hook=once)
    except UnicodeDecodeError:
        raise Refused("line-not-utf8") from None
    except (ValueError, RecursionError):
        raise Refused("line-not-json") from None
    if not isinstance(found, dict):
        raise Refused("line-not-object")
    return found


def _case_of(step: Step, outcome: Outcome) -> str:
    """The case that a line opened: where a case was received under a number of ours, that one."""
    new = [stream for stream in outcome.streams or {r.stream for r in outcome.events} if stream != outcome.stream]
    return new[0] if step.command.OPENS_NUMBER and new else outcome.stream


def _made_id(line: bytes, seen: Counter[str], digest_of: Digest) -> str:
    """An id for a line without one: the same line of the same file gets the same, the second of two alike another.

    It stands in the log in the clear: an open digest of a line with a name or a number in it can be guessed.
    """
    digest = digest_of(line.strip()).hex()[:32]
    seen[digest] += 1
    return f"apply-{digest}-{seen[digest]}"


def _open_digest(line: bytes) -> bytes:
    return hashlib.sha256(line).digest()


def _stood_in(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields for a first check: a case that a line before opens has a number that fits in its place."""
    return {k: "AA-2000-0000" if _refers(k, v) else v for k, v in fields.items()}


def _referred(fields: Mapping[str, Any], opened: Mapping[str, str]) -> dict[str, Any]:
    """The fields with `@id` replaced by the number of the case that the line with that id opened."""
    made: dict[str, Any] = {}
    for name, value in fields.items():
        if _refers(name, value):
            if value[1:] not in opened:
                raise Refused("line-refers-nowhere", field=name)
            value = opened[value[1:]]  # noqa: PLW2901 - what it refers to takes its place
        made[name] = value
    return made


def _refers(name: str, value: Any) -> bool:
    return name in ("case", "into") and isinstance(value, str) and value.startswith("@")


@contextmanager
def _at(number: int) -> Iterator[None]:
    try:
        yield
    except (Refused, Bad) as error:
        raise Line(number, error) from error


@contextmanager
def _opened(file: str, session: Session) -> Iterator[Iterator[tuple[int, bytes]]]:
    if file == "-":
        raw: BinaryIO | None = getattr(session.stdin, "buffer", None)
        yield _lines(raw or io.BytesIO(session.stdin.read().encode()))
        return
    from infra.logs.opened import file_refusals

    with file_refusals(), Path(file).open("rb") as stream:
        yield _lines(stream)


def _lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    total = 0
    for number, line in enumerate(stream, start=1):
        total += len(line)
        if len(line) > LONGEST or total > MOST:
            raise Line(number, Refused("line-too-long", limit=LONGEST))
        text = line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
        if text.strip():
            yield number, text

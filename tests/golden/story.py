"""Plays the golden story through the command line of whatever release is on the path, and writes down what it tells.

Run as a script in the tree of a release (see `tests.golden.make`), it plays with that release's code; imported, with today's.
So it uses no more of the program than every release has: `cli.main`, a session, and the story's own words.
"""

from __future__ import annotations

import io
import json
import os
import re
import shlex
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zlib import crc32

from cli import main
from infra.cli.session import Session
from infra.texts import Words

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Line:
    """Something typed: when, by whom of which table, and `$`, `+`, `&`, `~` or `=` (see `story.play`)."""

    at: datetime
    who: str
    team: str
    mark: str
    typed: str


@dataclass(frozen=True)
class Told:
    """What came of a line: its exit code, the objects on stdout, and what was said on stderr."""

    code: int
    rows: list[Any]
    said: str


class SteppingClock:
    """A second later each time it is asked: what follows is later. With no step it stands still."""

    def __init__(self, at: datetime, step: timedelta) -> None:
        self.at, self.step = at, step

    def now(self) -> datetime:
        self.at += self.step
        return self.at


def story(written: str | None = None) -> Iterator[Line]:
    """The lines of `story.play`, or of what stood there when a golden was made."""
    at = None
    for text in (written or (HERE / "story.play").read_text(encoding="utf-8")).splitlines():
        if text.startswith("@"):
            at = datetime.strptime(text[1:].strip(), "%Y-%m-%d %H:%M").replace(tzinfo=UTC)
        elif text and not text.startswith("#"):
            assert at is not None, text
            who, team, mark, typed = text.split(" ", 3)
            assert mark in ("$", "+", "&", "~", "="), text
            yield Line(at, who, team, mark, typed)


def people() -> list[str]:
    """Who types in the story."""
    return sorted({line.who for line in story()})


@dataclass
class Player:
    """Types lines at one store: in the folder `home`, or on a server where everybody has a login of their own."""

    home: Path
    dsn: str | None = None
    _clock: SteppingClock | None = field(default=None, init=False)
    _scene: datetime | None = field(default=None, init=False)

    def login(self, who: str) -> str:
        """What somebody's login is: a role on the server, a user of the machine on a laptop."""
        return f"golden_{who.replace('-', '_')}" if self.dsn else f"os-{self._uid(who)}"

    @staticmethod
    def _uid(who: str) -> int:
        return 40_000 + crc32(who.encode()) % 10_000

    def __call__(self, line: Line) -> Told:
        """Type a line. A scene's clock goes on from line to line; what is only told is told at one moment."""
        if line.at != self._scene or self._clock is None:
            self._scene, self._clock = line.at, SteppingClock(line.at, timedelta(seconds=0 if line.mark == "=" else 1))
        typed = re.sub(r"\{login:([a-z0-9-]+)\}", lambda found: self.login(found[1]), line.typed)
        places = {"{here}": HERE, "{out}": self.home.parent}
        for name, place in places.items():
            typed = typed.replace(name, str(place))
        environ = {"CASUS_HOME": str(self.home)}
        if self.dsn:
            environ["CASUS_STORE"] = _as(self.dsn, self.login(line.who))
        out, err = io.StringIO(), io.StringIO()
        session = Session(Words("nl"), environ, out=out, err=err, stdin=io.StringIO(), clock=self._clock)
        real = os.getuid
        os.getuid = lambda: self._uid(line.who)
        try:
            code = main(["--json", "--team", line.team, *shlex.split(typed)], session)
        finally:
            os.getuid = real
        return Told(int(code), [json.loads(row) for row in out.getvalue().splitlines()], err.getvalue())

    def play(self, lines: Iterable[Line]) -> list[str]:
        """Type what happens. Out: what came later, and is refused by this program, which does not know it. Whatever else is
        refused stops it; a test holds that the latest release left out nothing.
        """
        unknown: list[str] = []
        left_out = False
        for line in lines:
            if line.mark == "~" and not self.dsn:
                continue
            if line.mark == "&" and left_out:
                unknown.append(line.typed)
                continue
            told = self(line)
            left_out = bool(told.code)
            if told.code and line.mark in ("+", "~"):
                unknown.append(line.typed)
            elif told.code:
                raise RuntimeError(f"{line}: {told}")
        return unknown

    def tell(self, lines: Iterable[Line]) -> list[dict[str, Any]]:
        """Type what is to be told. Out: each line with what it gave; what this program does not tell yet is left out."""
        found = []
        for line in lines:
            if (told := self(line)).code == 0:
                said = {"at": line.at.isoformat(), "who": line.who, "team": line.team, "typed": line.typed}
                found.append(said | {"rows": told.rows})
        return found


def _as(dsn: str, login: str) -> str:
    parts = urlsplit(dsn)
    return urlunsplit(parts._replace(netloc=f"{login}@{parts.netloc.rpartition('@')[2]}"))


def stored_examples() -> dict[str, Any]:
    """Of each topic: its class version, its schema, and the bytes in which the example of it is stored."""
    from domain.event import Header, Recorded
    from domain.events import discover
    from infra.store.envelope import SealedAt, encode
    from tests.examples import EVENTS

    at = datetime(2026, 3, 2, 9, 15, tzinfo=UTC)
    by = Header("pilots-1", "harbour-table", "pilots", "harbour-master", "case-direction", "golden", "os-user")
    made = {}
    for event in EVENTS:
        sealed = {
            name: SealedAt(getattr(event, name).subject, "0f", "51", "b7")
            for name in event.personal_fields()
            if getattr(event, name) is not None
        }
        state = encode(Recorded("HBR-2026-0001", 1, event, at, by), sealed)
        made[event.TOPIC] = {"version": event.VERSION, "schema": type(event).model_json_schema(), "state": state.decode()}
    assert sorted(made) == sorted(discover())
    return made


def _script(what: str, home: str, dsn: str) -> Any:
    player = Player(Path(home), dsn or None)
    if what == "play":
        return player.play(line for line in story() if line.mark != "=")
    if what == "tell":
        return player.tell(line for line in story() if line.mark == "=")
    return stored_examples()


if __name__ == "__main__":
    sys.stdout.write(json.dumps(_script(*sys.argv[1:]), indent=0, sort_keys=True))

"""Plays the demo: each command line through the same program that a user runs, in a store of its own, on the play's clock."""

from __future__ import annotations

import io
import os
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import TextIO

from domain.refusal import Refused
from infra.cli.failures import report
from infra.cli.output import Output
from infra.cli.param import Bad
from infra.cli.program import program
from infra.cli.session import Session
from infra.cli.shape import Branch
from infra.demo.script import FOLDER, Scene, Step, timeline
from infra.texts import Words
from infra.texts.sentences import fill, people

BETWEEN = timedelta(minutes=1)
"""How much time passes before each command of a scene."""
MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own is made in it, readable by nobody else


class WentOtherwise(RuntimeError):
    """A step was refused that should not have been, or the other way round. In: the play and the line."""

    def __init__(self, play: str, line: int) -> None:
        super().__init__(f"{play}.play:{line}")


class PlayClock:
    """Stands still until a scene sets it."""

    def __init__(self, at: datetime) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at


@dataclass
class Stage:
    """Where a play is played. `home` is the folder with its store, `out` gets the last screens, `err` all that goes before.

    Nothing of the user's own settings comes in: neither a store, nor a team, nor a name.
    """

    words: Words
    environ: Mapping[str, str]
    home: Path
    out: TextIO
    err: TextIO
    json: bool = False
    quiet: bool = False
    plays: Path = FOLDER

    @cached_property
    def root(self) -> Branch:
        return program(self.words)

    @cached_property
    def told(self) -> Output:
        """Where is told what happens: nowhere, when silence was asked."""
        return Output(self.words, out=io.StringIO() if self.quiet else self.err)

    def play(self) -> None:
        """Play everything. `WentOtherwise` when a step has another outcome than the play says."""
        scenes, screens = timeline(self.plays)
        self._clock = PlayClock(scenes[0].at)
        for scene in scenes:
            self._tell(scene)
            for step in scene.steps:
                self.told.line(f"$ {step.typed}")
                self._perform(scene, step, self.told.out, self.told.out)
        for scene in screens:
            self._show(scene)

    def _tell(self, scene: Scene) -> None:
        self._clock.at = scene.at
        self.told.line()
        self.told.line(f"── {people('', scene.at, self.words)} ──")
        self.told.line(scene.told[self.words.language])

    def _show(self, scene: Scene) -> None:
        """One of the last screens: what is on it, the command, and its result."""
        self._clock.at = scene.at
        screen = Output(self.words, out=self.told.out if self.json else self.out)
        screen.line()
        screen.line(f"══ {scene.told[self.words.language]} ══")
        for step in scene.steps:
            screen.line(f"$ {step.typed}")
            self._perform(scene, step, self.out, self.out if not self.json else self.told.out)
            screen.line()

    def _perform(self, scene: Scene, step: Step, out: TextIO, err: TextIO) -> None:
        self._clock.at += BETWEEN
        session = Session(self.words, self.environ, out=out, err=err, stdin=io.StringIO(), clock=self._clock)
        session.told(json=self.json and out is self.out)
        refused = False
        try:
            with self.root.make_context("casus", list(step.args), obj=session) as context:
                self.root.invoke(context)
        except Refused as error:
            report(error, session)
            refused = True
        finally:
            session.cover()
            session.close()
            out.flush()
            err.flush()
        if refused != step.refused:
            raise WentOtherwise(scene.play, step.line)


@contextmanager
def folder(keep: str | None) -> Iterator[Path]:
    """Where the demo's store stands: in a folder that is kept, or in one that is gone afterwards. Never where something is
    already: it could be a store, or settings that name one.
    """
    if keep is not None:
        home = Path(keep).expanduser()
        if home.exists() and not (home.is_dir() and next(home.iterdir(), None) is None):
            raise Bad("folder-not-empty", param="--keep")
        yield home
        return
    with tempfile.TemporaryDirectory(prefix="casus-demo-", dir=_in_memory()) as made:
        yield Path(made) / "store"


def _in_memory() -> str | None:
    """A folder in memory, where the system has one: what is thrown away need not be written through to a disk at each step."""
    return MEMORY if os.access(MEMORY, os.W_OK | os.X_OK) else None


def demo(session: Session, keep: str | None) -> None:
    """Play the demo for whoever asked. It is embedded, in a store of its own, whatever store the settings name."""
    words, out = session.words, session.out
    if not out.quiet and (session.named_store or session.environ.get("CASUS_STORE")):
        print(words.get("demo", "own-store"), file=out.err)
    own = {name: value for name, value in session.environ.items() if not name.startswith("CASUS_")}
    with folder(keep) as home:
        Stage(words, {**own, "CASUS_HOME": str(home)}, home, out.out, out.err, out.json, out.quiet).play()
    if keep is not None and not out.quiet:
        print(fill(words.get("demo", "kept"), {"folder": str(home)}, words), file=out.err)

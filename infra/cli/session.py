"""One run of the program: who asks, in which language, where the store is. What is heavy is opened when first asked for."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, TextIO

from infra.cli.output import Output
from infra.texts import Words

if TYPE_CHECKING:
    from domain.team import Team
    from infra.config import Settings
    from infra.engine import Engine
    from infra.evidence.evidence import Evidence
    from infra.evidence.note import VerifierKey
    from infra.readmodels import ReadModels
    from infra.seeing.gate import Gate
    from infra.seeing.rostered import Rostered
    from infra.store.clock import Clock
    from infra.store.config import StoreConfig
    from infra.store.store import Store


class Session:
    """In: the words, the environment, and the streams; a clock takes the place of the store's own in tests and plays."""

    def __init__(
        self, words: Words, environ: Mapping[str, str], *, out: TextIO | None = None, err: TextIO | None = None,
        stdin: TextIO | None = None, clock: Clock | None = None,
    ) -> None:  # fmt: skip
        self.words, self.environ, self.clock = words, environ, clock
        self.out = Output(words, out=out, err=err)
        self._stdin = stdin
        self.named_store: str | None = None
        self.named_actor: str | None = None
        self.named_team: str | None = None
        self.named_purpose: str | None = None
        self.verbose = False
        self.code = 0
        self.typed: tuple[str, ...] = ()
        """What was typed or read as input, so that no complaint says it back."""
        self.asked: Mapping[str, str] = {}
        """What the command at hand asks: its fields, as people know them."""
        self._open = ExitStack()
        self._teams: dict[str, Team] = {}
        self._rostered: Rostered | None = None

    def told(
        self, *, json: bool = False, actor: str | None = None, team: str | None = None, store: str | None = None,
        quiet: bool = False, verbose: bool = False, purpose: str | None = None,
    ) -> None:  # fmt: skip
        """What the options of the program, or the same ones after a command, say."""
        self.out.json = self.out.json or json
        self.out.quiet = self.out.quiet or quiet
        self.verbose = self.verbose or verbose
        self.named_actor = actor or self.named_actor
        self.named_team = team or self.named_team
        self.named_store = store or self.named_store
        self.named_purpose = purpose or self.named_purpose

    @property
    def stdin(self) -> TextIO:
        return self._stdin or sys.stdin

    def interactive(self) -> bool:
        """Whether somebody can be asked: input and messages both go to a terminal."""
        return self.stdin.isatty() and self.out.err.isatty()

    @cached_property
    def settings(self) -> Settings:
        """Where the store is and who asks."""
        from infra.config import settings

        return settings(self.environ, store=self.named_store, team=self.named_team, actor=self.named_actor)

    @cached_property
    def store_config(self) -> StoreConfig:
        """Where the store is, as the store wants it."""
        from infra.store.config import StoreConfig

        known = self.settings
        return StoreConfig(known.home, known.store, known.key_file, ledger=known.ledger, signer=known.signer_file)

    @cached_property
    def store(self) -> Store:
        """The store; refused when there is none, or it is of another version."""
        from infra.store import open_store

        return self._open.enter_context(open_store(self.store_config, self.clock))

    def past_ledger(self) -> None:
        """Open the store though it may hold somebody who was erased: to say so, and to mend it."""
        from infra.store import open_store

        if "store" not in self.__dict__:
            self.__dict__["store"] = self._open.enter_context(open_store(self.store_config, self.clock, replaying=True))

    def past_readmodels(self) -> None:
        """Go by the tables' own events for who asks: a store that is damaged is to be verified too, and no read model can be
        brought up there. On a server the database says who is let in, but for the owner.
        """
        from infra.seeing.rostered import Rostered

        if not self.settings.store or self.store.in_owners_hands():
            self._rostered = Rostered(self.store)

    @cached_property
    def readmodels(self) -> ReadModels:
        """The read models, caught up when they are asked."""
        from infra.readmodels import ReadModels

        return ReadModels(self.store)

    @cached_property
    def engine(self) -> Engine:
        """What runs commands."""
        from infra.engine import Engine

        return Engine(self.store, self.readmodels, self.settings.legal)

    @cached_property
    def evidence(self) -> Evidence:
        """The evidence log: what shows that nothing was changed."""
        from infra.evidence.evidence import Evidence

        def begun(_: VerifierKey) -> None:
            self.out.warn("evidence.key-made", path=str(config.signer_in), outside=str(config.outside))

        config = self.store_config
        return Evidence(self.store, config.signer_in, config.outside, self.settings.often(), begun)

    @cached_property
    def gate(self) -> Gate:
        """Where whatever is shown passes first."""
        from infra.seeing.gate import Gate
        from infra.seeing.seats import Asker

        asker = Asker(self.login, self.acting_as(), self.settings.team, self.assurance)
        return Gate(self.store, asker, self.team, self._homes, self._peopled, self.named_purpose)

    def _homes(self, login: str, who: str | None) -> list[str]:
        """The tables where somebody is at home. Asked when the case does not say it: read models take time to load."""
        return self._rostered.homes(login, who) if self._rostered else self.readmodels.teams_of(login, who)

    def _peopled(self) -> bool:
        """Whether anybody is on a roster."""
        if self._rostered:
            return self._rostered.peopled()
        from projections.registry import projection

        return bool(self.readmodels.rows(projection("roster"), left=None))

    def team(self, team: str) -> Team:
        """A team as it stands; empty when there is none."""
        if team not in self._teams:
            from domain.event import replay
            from domain.team import Team

            self._teams[team] = replay(Team(), self.store.load(team))
        return self._teams[team]

    def forget(self) -> None:
        """What was kept of teams may have changed."""
        self._teams.clear()

    def now(self) -> datetime:
        """The time: the play's clock, or the store's."""
        return self.clock.now() if self.clock else self.store.now()

    @cached_property
    def login(self) -> str:
        """Who runs the program: on a laptop the operating system's user, on a server whom the database let in."""
        if self.settings.store:
            return str(self.store.connection().query("SELECT session_user")[0][0])
        return f"os-{os.getuid()}"

    @property
    def assurance(self) -> str:
        """How sure it is who acts."""
        return "database-login" if self.settings.store else "os-user"

    def acting_as(self, named: str | None = None) -> str | None:
        """For whom of the table it is entered, if for another. Refused on a server: who acts there is who was let in."""
        who = named or self.settings.actor
        if who and self.settings.store:
            from domain.refusal import Refused

            raise Refused("as-on-server", field="--as")
        return who

    @property
    def acting_team(self) -> str | None:
        """The team that was named, if one was and the settings were read."""
        settings: Settings | None = self.__dict__.get("settings")
        return self.named_team or (settings.team if settings else None)

    def log(self, event: str, **facts: object) -> None:
        """A line in the log, where somebody asked to see it: ids, codes, counts and durations."""
        if self.verbose:
            from infra.logging import configure, log

            configure(verbose=True, as_json=self.out.json)
            log().info(event, **facts)

    def place(self) -> None:
        """Have what was just stored placed in the one order. On a server nobody may be following, and what has no place
        yet does not count as known; embedded the writing transaction gave it.
        """
        if self.settings.store:
            self.store.head()

    def cover(self) -> None:
        """Have a checkpoint signed, where what this run stored makes one due. On a server that is the follower's."""
        store: Store | None = self.__dict__.get("store")
        if store is not None and store.stored and not self.settings.store:
            from infra.cli.covering import cover

            cover(self)

    def close(self) -> None:
        """Let go of what was opened."""
        self._open.close()

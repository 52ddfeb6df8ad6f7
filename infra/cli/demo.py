"""`casus demo`: plays one case through each of the six ways of working."""

from __future__ import annotations

import click

from infra.cli.own import JSON, leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, work, Param("keep", "path"), also=(Param("quiet", "yes-no"), JSON))


def work(session: Session, keep: str | None, quiet: bool) -> None:
    """Play it; quietly only the last screens are shown."""
    from infra.demo.playing import demo

    session.told(quiet=quiet)
    demo(session, keep)

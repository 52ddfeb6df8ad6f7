"""`casus completion`: the lines that make a shell complete commands and options."""

from __future__ import annotations

import click
from click.shell_completion import BashComplete, FishComplete, ShellComplete, ZshComplete

from infra.cli.own import leaf
from infra.cli.param import Param
from infra.cli.session import Session
from infra.texts import Words

SHELLS: dict[str, type[ShellComplete]] = {"bash": BashComplete, "zsh": ZshComplete, "fish": FishComplete}
SHELL = Param("shell", "choice", required=True, positional=True, choices=tuple(SHELLS))


def command(name: str, words: Words) -> click.Command:
    """The command."""
    return leaf(words, name, completion, SHELL, also=())


def completion(session: Session, shell: str) -> None:
    """Print the lines for one shell."""
    made = SHELLS[shell](click.Command("casus"), {}, "casus", "_CASUS_COMPLETE")
    session.out.verbatim(made.source_template % made.source_vars())

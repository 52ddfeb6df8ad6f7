"""Every command of the program by its path, as the program itself makes them."""

from __future__ import annotations

from collections.abc import Iterator

import click

from infra.cli.program import program
from infra.cli.shape import Branch
from infra.texts import Words


def leaves() -> list[str]:
    """The paths of all that can be typed, joined with `-`: `plan-agree`, `show`, `store-status`."""
    return sorted(_below(program(Words("en")), ()))


def _below(branch: Branch, above: tuple[str, ...]) -> Iterator[str]:
    ctx = click.Context(branch)
    for name in branch.list_commands(ctx):
        found = branch.get_command(ctx, name)
        if isinstance(found, Branch):
            yield from _below(found, (*above, name))
        elif found is not None:
            yield "-".join((*above, name))

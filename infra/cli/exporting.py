"""`casus export`: imported histories in a format of others."""

from __future__ import annotations

import click

from infra.cli.own import ASKER, JSON, branch, leaf
from infra.cli.param import Param
from infra.cli.stats import export
from infra.texts import Words


def command(name: str, words: Words) -> click.Command:
    """The group."""
    source = Param("source", "code", required=True)
    output = Param("output", "file", required=True, short="-o")
    return branch(words, name, {"xes": lambda w: leaf(w, "export xes", export, source, output, also=(*ASKER, JSON))})

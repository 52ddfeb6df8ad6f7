"""`casus export`: histories, and who saw what, in formats of others."""

from __future__ import annotations

import click

from infra.cli.own import ASKER, JSON, YES, branch, leaf
from infra.cli.param import Param
from infra.texts import Words


def command(name: str, words: Words) -> click.Command:
    """The group."""
    return branch(
        words, name,
        {
            "ocel": _ocel, "xes": _xes, "jsonl": _jsonl, "parquet": _parquet, "fhir-audit": _fhir_audit, "logboek": _logboek,
        },
    )  # fmt: skip


def _ocel(words: Words) -> click.Command:
    from infra.cli.history_export import ASKS
    from infra.cli.ocel_export import ocel

    return leaf(words, "export ocel", ocel, *ASKS, Param("source", "code"), also=(*ASKER, YES, JSON))


def _xes(words: Words) -> click.Command:
    from infra.cli.history_export import ASKS
    from infra.cli.xes_export import export

    return leaf(words, "export xes", export, *ASKS, Param("source", "code"), also=(*ASKER, YES, JSON))


def _jsonl(words: Words) -> click.Command:
    from infra.cli.access_export import OUTPUT, RECIPIENT
    from infra.cli.lines_export import export

    return leaf(words, "export jsonl", export, OUTPUT, RECIPIENT, Param("place", "integer"), also=(*ASKER, YES, JSON))


def _parquet(words: Words) -> click.Command:
    from infra.cli.access_export import OUTPUT, RECIPIENT
    from infra.cli.history_export import COARSEN, HIDE, PLACE, WITHHOLD
    from infra.cli.parquet_export import SEGMENT, export

    asks = (OUTPUT, RECIPIENT, PLACE, SEGMENT, COARSEN, HIDE, WITHHOLD)
    return leaf(words, "export parquet", export, *asks, also=(*ASKER, JSON))


def _fhir_audit(words: Words) -> click.Command:
    from infra.cli.access_export import OUTPUT, RECIPIENT, WHICH, fhir_audit

    form = Param("form", "choice", choices=("ndjson", "bundle"), default="ndjson", flag="format")
    asks = (OUTPUT, RECIPIENT, *WHICH, form, Param("check", "yes-no"))
    return leaf(words, "export fhir-audit", fhir_audit, *asks, also=(*ASKER, YES, JSON))


def _logboek(words: Words) -> click.Command:
    from infra.cli.access_export import OUTPUT, RECIPIENT, WHICH, logboek

    asks = (OUTPUT, RECIPIENT, *WHICH, Param("register", "word"))
    return leaf(words, "export logboek", logboek, *asks, also=(*ASKER, YES, JSON))

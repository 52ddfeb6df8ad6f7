"""`casus access`: who saw what. `log` and `overview` and `review` stand in the group of the stage's own commands."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click

from infra.cli.own import ASKER, CASE, JSON, leaf
from infra.cli.param import Param
from infra.texts import Words

FOR = Param("recipient", "code", formed=True)
OUTCOMES = ("shown", "denied", "written", "matched", "exported", "reported")
SUBJECT = Param("subject", "subject")
READER = Param("reader", "professional", flag="actor")
OF_TEAM = Param("team", "team")
FROM = Param("since", "date", flag="from")
TO = Param("until", "date", flag="to")
PERIOD = (FROM, TO)


def commands() -> Mapping[str, Callable[[Words], click.Command]]:
    """What there is beside the stage's own commands, each made when it is asked for."""
    return {"log": _log, "overview": _overview, "review": _review}


def _log(words: Words) -> click.Command:
    from infra.cli.access_log import log

    asks = (Param("case", "case"), SUBJECT, READER, OF_TEAM, *PERIOD, Param("outcome", "choice", choices=OUTCOMES), FOR)
    return leaf(words, "access log", log, *asks, Param("fields", "yes-no"), also=(*ASKER, JSON))


def _overview(words: Words) -> click.Command:
    from infra.cli.access_overview import overview

    language = Param("language", "choice", choices=("nl", "en"), default="nl")
    return leaf(words, "access overview", overview, CASE, SUBJECT, *PERIOD, language, also=(*ASKER, JSON))


def _review(words: Words) -> click.Command:
    from infra.cli.access_review import review

    return leaf(words, "access review", review, OF_TEAM, *PERIOD, also=(*ASKER, JSON))

"""`casus rights`: beside the stage's own commands its requests with their texts, a subject's copy, and how erasures stand."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import click

from infra.cli.own import ASKER, CASE, JSON, YES, leaf
from infra.cli.param import Param
from infra.texts import Words

SUBJECT = Param("subject", "subject")
NO_LEDGER = Param("no_ledger", "yes-no")


def commands() -> Mapping[str, Callable[[Words], click.Command]]:
    """What there is beside the stage's own commands, or in place of one, each made when it is asked for."""
    return {
        "erase": _erase, "carry-out": _carry_out, "restrict": _restrict, "list": _list, "copy": _copy,
        "recipients": _recipients, "status": _status, "replay-ledger": _replay,
    }  # fmt: skip


def _erase(words: Words) -> click.Command:
    from commands.rights import Erase
    from infra.cli.forms import leaf as form
    from infra.cli.rights_erase import carry_out

    return form(Erase, words, carry_out)


def _carry_out(words: Words) -> click.Command:
    from commands.rights import CarryOut
    from infra.cli.forms import leaf as form
    from infra.cli.rights_recipients import once_done

    return form(CarryOut, words, once_done)


def _restrict(words: Words) -> click.Command:
    from commands.rights import Restrict
    from infra.cli.forms import leaf as form
    from infra.cli.rights_recipients import once_done

    return form(Restrict, words, once_done)


def _list(words: Words) -> click.Command:
    from infra.cli.rights_reading import requests

    return leaf(words, "rights list", requests, CASE, also=(*ASKER, JSON))


def _copy(words: Words) -> click.Command:
    from infra.cli.rights_reading import copy

    return leaf(words, "rights copy", copy, CASE, SUBJECT, also=(*ASKER, JSON))


def _recipients(words: Words) -> click.Command:
    from infra.cli.rights_recipients import recipients

    return leaf(words, "rights recipients", recipients, CASE, SUBJECT, also=(*ASKER, JSON))


def _status(words: Words) -> click.Command:
    from infra.cli.rights_ledger import status

    return leaf(words, "rights status", status, also=(*ASKER, JSON))


def _replay(words: Words) -> click.Command:
    from infra.cli.rights_ledger import replay

    return leaf(words, "rights replay-ledger", replay, NO_LEDGER, also=(*ASKER, YES, JSON))

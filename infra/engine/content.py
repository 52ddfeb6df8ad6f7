"""The digest of what a command asks: the same command again can be told from another under its id."""

from __future__ import annotations

import hashlib
import json

from commands.base import Command
from infra.engine.log import Log
from infra.engine.request import DEFAULT_PURPOSE, Request


def content_digest(store: Log, command: Command, request: Request) -> bytes:
    """SHA-256 (32 bytes) over the command's name and fields and who asked it for when.

    A command with texts is digested with a key of the store's: an open digest of a short text can be guessed.
    """
    content = {
        "command": command.command_name(),
        "fields": command.model_dump(mode="json", exclude_none=True),
        "as": request.acting_as,
        "team": request.team,
        "at": when.isoformat() if (when := request.day or request.occurred_at) else None,
        "purpose": request.purpose or DEFAULT_PURPOSE,
    }
    if request.audience:
        content["audience"] = request.audience
    for name, value in content["fields"].items():  # type: ignore[union-attr]
        if isinstance(value, list):
            content["fields"][name] = sorted(value, key=str)  # type: ignore[index]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    if type(command).has_texts():
        return store.tokens.digest("receipt", text)
    return hashlib.sha256(text).digest()

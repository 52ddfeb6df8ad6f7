"""What the program is told before it starts: options, then the environment, then a file of settings."""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from domain.refusal import Refused

if TYPE_CHECKING:
    from infra.evidence.due import Often

FILE = "config.toml"
KNOWN = ("store", "key_file", "signer_file", "ledger", "legal", "team", "as", "checkpoint_events", "checkpoint_minutes")
NUMBERS = frozenset({"checkpoint_events", "checkpoint_minutes"})
LARGEST = 1_000_000


@dataclass(frozen=True, slots=True)
class Settings:
    """Where the store is and who asks. `store` is a PostgreSQL DSN, or None for the folder `home` on this machine; `ledger`
    is the file in which erasures are written down, `legal` one with the organisation's own legal terms, `signer_file` the one
    with the keys that sign checkpoints: one every so many events, or minutes.

    `team` and `actor` are what holds when the command line says nothing.
    """

    home: Path
    store: str | None = None
    key_file: Path | None = None
    team: str | None = None
    actor: str | None = None
    ledger: Path | None = None
    legal: Path | None = None
    signer_file: Path | None = None
    checkpoint_events: int = 1000
    checkpoint_minutes: int = 15

    def often(self) -> Often:
        """How often a checkpoint is signed."""
        from infra.evidence.due import Often

        return Often(self.checkpoint_events, timedelta(minutes=self.checkpoint_minutes))

    def __repr__(self) -> str:  # a DSN may hold a password
        return f"Settings({'server' if self.store else 'embedded'})"


def settings(
    environ: Mapping[str, str] | None = None, *, store: str | None = None, team: str | None = None, actor: str | None = None
) -> Settings:  # fmt: skip
    """In: the environment, and what the command line said. Out: the settings; refuses a file of settings it can't read."""
    environ = os.environ if environ is None else environ
    home = home_of(environ)
    filed = _read(home / FILE)
    chosen = store or environ.get("CASUS_STORE") or filed.get("store")
    key_file = environ.get("CASUS_KEY_FILE") or filed.get("key_file")
    ledger = environ.get("CASUS_LEDGER") or filed.get("ledger")
    legal = environ.get("CASUS_LEGAL") or filed.get("legal")
    signer = environ.get("CASUS_SIGNER_FILE") or filed.get("signer_file")
    often = {name: _number(name, environ.get(f"CASUS_{name.upper()}") or filed[name]) for name in NUMBERS
             if environ.get(f"CASUS_{name.upper()}") or name in filed}  # fmt: skip
    if chosen and not chosen.startswith(("postgresql://", "postgres://")):
        raise Refused("store-not-postgresql", field="CASUS_STORE")
    return Settings(
        home, chosen or None, Path(key_file).expanduser() if key_file else None,
        team or environ.get("CASUS_TEAM") or filed.get("team"), actor or environ.get("CASUS_AS") or filed.get("as"),
        Path(ledger).expanduser() if ledger else None, Path(legal).expanduser() if legal else None,
        Path(signer).expanduser() if signer else None, **often,
    )  # fmt: skip


def _number(name: str, given: str) -> int:
    """A whole number from one up. Refused as `setting-not-a-number`."""
    if not (given.isascii() and given.isdigit() and 0 < int(given) <= LARGEST):
        raise Refused("setting-not-a-number", field=name, largest=LARGEST)
    return int(given)


def home_of(environ: Mapping[str, str]) -> Path:
    """The folder with the store, the keys and the settings: CASUS_HOME, else the user's data folder."""
    named = environ.get("CASUS_HOME")
    if named:
        return Path(named).expanduser()
    from platformdirs import user_data_path

    return user_data_path("casusregie", appauthor=False)


def _read(path: Path) -> dict[str, str]:
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except NotADirectoryError:
        raise Refused("home-not-a-folder", field="CASUS_HOME") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        raise Refused("settings-unreadable", file=FILE) from None
    for name, value in found.items():
        if name not in KNOWN:
            # a slip of the pen is said back; what is no word may be anything, a password too
            raise Refused("unknown-setting", field=name if name.isidentifier() else "?", file=FILE, choices=KNOWN)
        if not isinstance(value, str) and not (name in NUMBERS and type(value) is int):
            raise Refused("setting-not-text", field=name, file=FILE)
    return {name: str(value) for name, value in found.items()}

"""The last checkpoint, kept outside the store: an older backup put back does not bring it back, so it is noticed."""

from __future__ import annotations

import os
from pathlib import Path

from domain.refusal import Refused
from infra.evidence.note import Checkpoint, VerifierKey, opened, parse
from infra.folders import on_disk


class OutsideError(Refused):
    """What is kept outside the store can't be used. Facts: `path`, of the file or of its folder. The store may be whole."""


class Kept:
    """One file, the last note as it was signed. In: the folder outside the store, and the store's id."""

    def __init__(self, folder: Path, store_id: str) -> None:
        self.path = folder / f"{store_id}.checkpoint"

    def last(self) -> str | None:
        """The note, or None where none was kept here. Refused as `OutsideError`: `outside-not-a-folder`,
        `checkpoint-file-unreadable`, `outside-malformed` for what is no text.
        """
        try:
            return self.path.read_text(encoding="utf-8")
        except FileNotFoundError:
            return None
        except NotADirectoryError:
            raise OutsideError("outside-not-a-folder", path=str(self.path.parent)) from None
        except UnicodeDecodeError:
            raise OutsideError("outside-malformed", path=str(self.path)) from None
        except OSError:
            raise OutsideError("checkpoint-file-unreadable", path=str(self.path)) from None

    def said(self, keys: list[VerifierKey] | None = None) -> Checkpoint | None:
        """What the note says; None where none was kept here. In: the keys one of which must have signed it; left out, it is not
        checked. Refused as `OutsideError`, with the file: as `last`, `outside-malformed`, `outside-forged`, `outside-other-key`.
        """
        note = self.last()
        if not note:
            return None
        try:
            return parse(note)[0] if keys is None else opened(note, *keys)
        except Refused as refused:
            forged, other = refused.code == "checkpoint-forged", refused.code == "checkpoint-other-key"
            raise OutsideError(
                "outside-forged" if forged else "outside-other-key" if other else "outside-malformed", path=str(self.path)
            ) from refused

    def unwritable(self) -> OutsideError | None:
        """Why the next one could not be kept here, as far as can be told without writing; None where nothing is in the way."""
        there = self.path.parent
        while not there.exists() and there != there.parent:
            there = there.parent
        if not there.is_dir():
            return OutsideError("outside-not-a-folder", path=str(there))
        if not os.access(there, os.R_OK | os.W_OK | os.X_OK):
            return OutsideError("checkpoint-file-unwritable", path=str(self.path))
        return None

    def keep(self, note: str) -> None:
        """Have this note in place of the one before, on the disk when this returns. Refused: `checkpoint-file-unwritable`."""
        from infra.exports.files import written_whole

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with written_whole(self.path) as file:
                file.write(note.encode())
            on_disk(self.path.parent)
        except OSError:
            raise Refused("checkpoint-file-unwritable", path=str(self.path)) from None
        except Refused as refused:
            raise Refused("checkpoint-file-unwritable", path=str(self.path)) from refused

    def put_aside(self, unless: str) -> None:
        """Keep the note of a log that was begun anew under another name: it stays to be shown. In: the log that goes on.

        Refused: `checkpoint-file-unwritable`.
        """
        note = self.last()
        origin = note.split("\n", 1)[0] if note else unless
        if origin == unless:
            return
        try:
            self.path.replace(self.path.with_name(f"{self.path.stem}.before-{origin.rsplit('/', 1)[-1]}.checkpoint"))
            on_disk(self.path.parent)
        except OSError:
            raise Refused("checkpoint-file-unwritable", path=str(self.path)) from None


def kept_in(folder: Path) -> list[Path]:
    """The files of all notes in a folder outside a store, whichever store's; none where there is no such folder.

    Refused: `checkpoint-file-unreadable`.
    """
    try:
        return sorted(path for path in folder.iterdir() if path.suffix == ".checkpoint")
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError:
        raise OutsideError("checkpoint-file-unreadable", path=str(folder)) from None

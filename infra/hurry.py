"""Makes a short run of the program shorter. To be called before anything heavy is loaded."""

from __future__ import annotations

import gc
import sys
from types import ModuleType

UNCOLLECTED = 200_000
"""So many new objects before the collector looks for rubbish: loading the program makes fewer, and none of it is rubbish."""
LOADER = "pydantic.plugin._loader"


def hurry() -> None:
    """Leave out what takes a tenth of a short command and does nothing for it: collecting rubbish where there is none,
    and looking through everything that is installed for plugins of pydantic (of which none may see what we validate).
    """
    gc.set_threshold(UNCOLLECTED, 10, 10)
    if LOADER not in sys.modules:
        empty = ModuleType(LOADER, "No plugins.")
        empty.get_plugins = tuple  # type: ignore[attr-defined]
        sys.modules[LOADER] = empty

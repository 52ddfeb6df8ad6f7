"""Takes the histories of other people's case logs into the store, once."""

from infra.imports.importing import Imported, import_log
from infra.imports.sources import checked

__all__ = ["Imported", "checked", "import_log"]

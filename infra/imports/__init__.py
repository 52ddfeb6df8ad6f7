"""Takes the histories of other people's case logs into the store, once."""

from infra.imports.importing import Imported, import_log

__all__ = ["Imported", "import_log"]

"""Reports: read models as JSON Lines or CSV, for jobs that read them on a schedule. Codes, ids and dates only."""

from infra.reports.page import read_models_page
from infra.reports.reporting import FORMATS, names, report

__all__ = ["FORMATS", "names", "read_models_page", "report"]

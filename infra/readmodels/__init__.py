"""Read models in tables: `ReadModels(store)` makes them, keeps them up, and answers from them."""

from infra.readmodels.faults import ProjectionStopped
from infra.readmodels.models import ReadModels, Standing

__all__ = ["ProjectionStopped", "ReadModels", "Standing"]

"""Histories as a flat form of no standard: one record per event of a case, with the objects that it touched.

`Histories(store, place, Pseudonyms(...), ...)` reads them; OCEL, XES and Parquet are written from what it gives.
"""

from infra.exports.course.coarsening import Coarsening
from infra.exports.course.histories import Histories
from infra.exports.course.model import Change, Course, CourseEvent, Link, Tie, Value
from infra.exports.course.pseudonyms import Pseudonyms
from infra.exports.course.which import Which

__all__ = ["Change", "Coarsening", "Course", "CourseEvent", "Histories", "Link", "Pseudonyms", "Tie", "Value", "Which"]

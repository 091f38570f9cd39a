"""GuardedService: RagService as one caller may use it. Every door but the command line gets this one.

It has the methods of RagService that a caller can have any use of, with the same results and errors; each
first asks whether the caller may. A new method of RagService is out of every door's reach until it has a
guarded one here.
"""

from __future__ import annotations

from ragapp.access.care import GuardedCare
from ragapp.access.collections import GuardedCollections
from ragapp.access.documents import GuardedDocuments
from ragapp.access.jobs import GuardedJobs
from ragapp.access.questions import GuardedQuestions


class GuardedService(GuardedQuestions, GuardedCollections, GuardedDocuments, GuardedJobs, GuardedCare):
    """Made for one request, by `GuardedService(service, caller)`."""

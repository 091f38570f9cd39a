"""AuthorizedService: RagService as one caller may use it. Every door but the command line gets this one.

It has the methods of RagService that a caller can have any use of, with the same results and errors; each
first asks whether the caller may. A new method of RagService is out of every door's reach until it has a
guarded one here.
"""

from __future__ import annotations

from ragapp.authorization.admin import AuthorizedAdmin
from ragapp.authorization.documents import AuthorizedCollections, AuthorizedDocuments, AuthorizedJobs
from ragapp.authorization.questions import AuthorizedQuestions


class AuthorizedService(
    AuthorizedQuestions, AuthorizedCollections, AuthorizedDocuments, AuthorizedJobs, AuthorizedAdmin
):
    """Made for one request, by `AuthorizedService(service, caller)`."""

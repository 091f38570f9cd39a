"""The contract of search indexes."""

from ragapp.testing.search_index.any_history import HistoryContract
from ragapp.testing.search_index.concurrency import ConcurrencyContract
from ragapp.testing.search_index.finding import FindingContract
from ragapp.testing.search_index.fixtures import OpenAt
from ragapp.testing.search_index.following import FollowingContract
from ragapp.testing.search_index.keywords import KeywordContract
from ragapp.testing.search_index.purging import PurgingContract

__all__ = [
    "ConcurrencyContract",
    "FindingContract",
    "FollowingContract",
    "HistoryContract",
    "KeywordContract",
    "OpenAt",
    "PurgingContract",
    "SearchIndexContract",
]


class SearchIndexContract(
    FindingContract, FollowingContract, KeywordContract, PurgingContract, ConcurrencyContract, HistoryContract
):
    """What every SearchIndex must do. Subclasses override the fixture `open_at`."""

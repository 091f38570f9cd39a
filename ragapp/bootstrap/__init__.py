"""Puts the parts together: the only place that knows which adapter stands behind which seam."""

from ragapp.bootstrap.cache import build_cache
from ragapp.bootstrap.cachestore import build_cache_store
from ragapp.bootstrap.fingerprints import answer_settings, recipe
from ragapp.bootstrap.service import build_service
from ragapp.bootstrap.workbench import Workbench, build_workbench

__all__ = [
    "Workbench",
    "answer_settings",
    "build_cache",
    "build_cache_store",
    "build_service",
    "build_workbench",
    "recipe",
]

"""Query plans over tables: checking them, and evaluating them over the tables of documents."""

from ragapp.table_queries.checking import checked_plan
from ragapp.table_queries.evaluate import evaluate
from ragapp.table_queries.relation import Relation, relation_of

__all__ = ["Relation", "checked_plan", "evaluate", "relation_of"]

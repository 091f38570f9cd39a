"""Search indexes: a vector index and a keyword index of each collection, derived from the database."""

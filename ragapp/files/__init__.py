"""Files on disk: who may read them, and what is left in them of deleted text."""

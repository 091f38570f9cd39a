"""The views: a vector view and a keyword view of each collection, rebuilt from the truth at any time."""

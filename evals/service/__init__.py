"""The desk of a server where evaluations are ordered, read and compared."""

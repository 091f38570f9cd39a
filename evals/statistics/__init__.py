"""Is it better, or was it luck: paired tests, intervals, and the gate made of them."""

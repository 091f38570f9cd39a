"""The page for those who keep the server: its queue, cache, models, keys and health."""

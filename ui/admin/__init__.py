"""The administration page: queue, cache, models, API keys and health of the server."""

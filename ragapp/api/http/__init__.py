"""The HTTP API. `app.create_app` makes it, `server.run` serves it."""

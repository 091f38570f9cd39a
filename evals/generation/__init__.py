"""Makes a question set of a user's own collection, for the user to look through."""

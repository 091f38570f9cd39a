"""Text: its sentences, units of measurement and names; a model's reasoning; building and cleaning it."""

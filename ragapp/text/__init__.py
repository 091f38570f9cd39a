"""Properties of text: sentences, units of measurement, a model's reasoning."""

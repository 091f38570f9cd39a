"""Small samples of public datasets, with their licences, so that evaluations and tests need no download."""

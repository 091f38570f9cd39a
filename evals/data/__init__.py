"""Small licensed samples of public sets, so that evals and their tests run with no download."""

"""HTML pages of runs: each one self-contained file with plots as SVG, for light and dark screens."""

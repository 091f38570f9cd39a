"""HTML reports of runs: self-contained files with SVG plots, in light and dark colours."""

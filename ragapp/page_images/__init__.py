"""Pages of PDFs and pictures as images, with cited words marked. Drawn in the sandbox, kept on disk."""

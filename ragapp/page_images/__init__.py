"""Images of the pages of PDFs and pictures with cited words highlighted, drawn in the sandbox and cached on
disk."""

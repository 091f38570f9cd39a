"""Content from untrusted sources: URLs, archives and file names."""

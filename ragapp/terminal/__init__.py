"""What the commands of every room share: their common options, and printing."""

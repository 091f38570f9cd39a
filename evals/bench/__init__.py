"""`ragapp bench`: speed, beside what this machine can do and what a peer does in the same run."""

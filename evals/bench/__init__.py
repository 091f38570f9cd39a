"""`ragapp bench`: measures speed next to the limit of the machine and a peer, in the same run."""

"""Indexes on a Qdrant cluster, for collections that outgrow the memory of one machine."""

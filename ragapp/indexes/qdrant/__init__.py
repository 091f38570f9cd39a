"""The views on a Qdrant cluster, for collections that outgrow one machine's memory."""

"""The cache of answers: when one may be served again. Where entries are kept is the stores' business."""

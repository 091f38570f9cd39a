"""Trains and evaluates the reader, a small model that predicts whether a sentence or table row answers a
question.
"""

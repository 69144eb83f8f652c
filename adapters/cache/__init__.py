"""Rows remembered across requests: one flight for a question, however many ask it."""

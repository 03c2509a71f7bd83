"""Measure: scores and how sure we are of them."""

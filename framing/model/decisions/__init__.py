"""Decisions: from an encoder's vectors to calibrated probabilities, and from these to labels."""

"""The model: sentences to vectors to calibrated probabilities, and a safe folder on disk."""

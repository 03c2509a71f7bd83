"""Text: from an article to its sentences."""

"""The corpus: reading, checking, describing and splitting coded sentences."""

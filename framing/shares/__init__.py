"""From labels to a measurement: a sample to code, shares that are corrected by it, and how many codes are needed."""

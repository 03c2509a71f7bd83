"""A student: a small network that was taught by a model, and settles the frames of what it is certain of.

It reads static vectors of tokens with numpy alone, some sixty times as fast as sentence-transformers reads with an
encoder of six layers, twenty times as fast as that encoder converted (``experiments/speed.md``). What it is not certain
of goes to the model's encoder: a cascade. It is saved in the model's folder, under ``student/``.
"""

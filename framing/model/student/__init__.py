"""A student: a small network that was taught by a model, and settles the frames of what it is certain of.

It reads static vectors of tokens with numpy alone, some eighty times as fast as an encoder of six layers. What it is
not certain of goes to the model's encoder: a cascade. It is saved in the model's folder, under ``student/``.
"""

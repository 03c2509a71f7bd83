"""A behavioural suite: what a model should do with certain sentences, and whether it does."""

from framing.behaviour.run import SuiteResults, run_suite
from framing.behaviour.suite import Case, read_suite

__all__ = ["Case", "SuiteResults", "read_suite", "run_suite"]

"""A behavioural suite: what a model should do with certain sentences, and whether it does."""

from framing.behaviour.run import ALL, SuiteResults, check_suite, run_suite
from framing.behaviour.suite import Case, read_suite

__all__ = ["ALL", "Case", "SuiteResults", "check_suite", "read_suite", "run_suite"]

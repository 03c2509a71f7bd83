"""Files of any length, scored part by part: in constant memory, and resumed after a kill."""

from framing.stream.job import Job, Progress
from framing.stream.score import score

__all__ = ["Job", "Progress", "score"]

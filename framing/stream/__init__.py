"""Files of any length, scored part by part: in constant memory, and resumed after a kill; sentences piece by piece."""

from framing.stream.job import Job, Progress
from framing.stream.labelled import Labelled
from framing.stream.score import score

__all__ = ["Job", "Labelled", "Progress", "score"]

"""How to train, whatever the data."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from framing.corpus.splits import GroupedFolds
from framing.errors import ConfigError, FramingWarning, unknown
from framing.model.decisions.thresholds import F1, check_goal
from framing.model.features import CONTEXTS
from framing.names import FINDERS, KEEP, MODES, usual_finder
from framing.training.tasks import TASKS


@dataclass(frozen=True)
class StanceOptions:
    """What differs for the stance.

    Parameters
    ----------
    head
        A classifier for the stance; ``None`` takes the one of the frames.
    blind_baseline
        Also score the same model without the target, as ``stance_blind``: what a stance is worth that ignores it.
    targets
        A table of other names and opposites of targets, of which further rows are made for what is learned (see
        ``framing.training.further_targets``); ``"shipped"`` is the package's own, in English.
    off_target
        For this share of the rows, in [0, 1], a further one has the target of a sentence about something else: neutral.
    """

    head: Any = None
    blind_baseline: bool = True
    targets: str | None = None
    off_target: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.off_target <= 1:
            raise ConfigError(f"stance.off_target={self.off_target}: expected a share in [0, 1]")


@dataclass(frozen=True)
class Preprocess:
    """What is done to sentences before they are read.

    Parameters
    ----------
    entities
        What becomes of names, so that labels are not learned by them: ``keep``; ``mask``, each is ``X``; ``typed``, its
        kind (``Person``; ``Person A`` where the target names it); both in prediction too. ``swap``: the rows that are
        learned from have other names of the same kind, and prediction reads names as they are.
    names
        How names are found: ``spacy`` or ``capitals``; ``auto`` is spaCy where its pipeline is installed.

    Raises
    ------
    ConfigError
        There is no such way or finder.
    """

    entities: str = KEEP
    names: str = "auto"

    def __post_init__(self) -> None:
        for key, value, known in (("entities", self.entities, MODES), ("names", self.names, ("auto", *FINDERS))):
            if value not in known:
                raise ConfigError(f"preprocess.{key}: {unknown('value', value, known)}")

    @property
    def finder(self) -> str:
        """How names are found here."""
        return usual_finder() if self.names == "auto" else self.names


@dataclass(frozen=True)
class SwapTest:
    """The test of every run, whether frames and stance stay when other names are put in.

    Parameters
    ----------
    sentences
        At most so many held-out sentences with names are tried; 0 leaves the test out.
    max_flip_rate
        A run in which more than this share of the swaps of one kind changes frames or stance fails.

    Raises
    ------
    ConfigError
        A number is out of its range.
    """

    sentences: int = 500
    max_flip_rate: float | None = None

    def __post_init__(self) -> None:
        if self.sentences < 0:
            raise ConfigError(f"swap_test.sentences={self.sentences}: expected a number of sentences, 0 or more")
        if self.max_flip_rate is not None and not 0 <= self.max_flip_rate <= 1:
            raise ConfigError(f"swap_test.max_flip_rate={self.max_flip_rate}: expected a share in [0, 1]")


@dataclass(frozen=True)
class Recipe:
    """How to train, whatever the data: the one list of these options, for Python, the configuration and the runs.

    Parameters
    ----------
    encoder
        A transformer from a list of strings to a 2-D array; default ``SentenceEncoder()``. A ``EncoderTuner`` is
        tuned first, once for both tasks.
    head
        A scikit-learn classifier, cloned for each label; default a balanced logistic regression.
    words
        A second encoder whose head is fused with the first, or ``None``.
    split
        How the outer and inner folds are made; default ``GroupedFolds`` with the seed.
    tasks
        Which of ``frames`` and ``stance``; one without coded rows is left out with a warning.
    stance
        Options of the stance.
    context
        What the encoder reads before the sentence: some of ``headline`` and ``previous``.
    thresholds
        What the frames' thresholds are chosen for, on held-out probabilities: ``f1``, ``micro_f1`` (one threshold for
        all frames), ``precision>=P`` (the highest recall at that precision), ``recall>=P`` (the other way round), or
        ``count`` (as many as there are).
    preprocess
        What is done to sentences before they are read.
    swap_test
        The test with other names that every run does.
    seed
        Seed of the bootstrap, and of the default split.
    n_jobs
        How many folds are fitted at a time, each in a thread; default one a processor (``OMP_NUM_THREADS`` says how
        many there are). What comes out is the same.

    Raises
    ------
    ConfigError
        An option is not one that there is.

    Warns
    -----
    FramingWarning
        Frames are to be scored on folds that leave out targets.
    """

    encoder: Any = None
    head: Any = None
    words: Any = None
    split: GroupedFolds | None = None
    tasks: Sequence[str] = TASKS
    stance: StanceOptions | None = None
    context: Sequence[str] = ()
    thresholds: str = F1
    preprocess: Preprocess | None = None
    swap_test: SwapTest | None = None
    seed: int = 0
    n_jobs: int | None = None

    def __post_init__(self) -> None:
        if self.n_jobs is not None and self.n_jobs < 1:
            raise ConfigError(f"n_jobs={self.n_jobs}: expected 1 or more, or null for one fold a processor")
        if isinstance(self.tasks, str):
            raise ConfigError(f"tasks={self.tasks}: expected a list, such as tasks=[{self.tasks}]")
        if not self.tasks:
            raise ConfigError(f"tasks=[]: expected some of {', '.join(TASKS)}")
        if others := [task for task in self.tasks if task not in TASKS]:
            raise ConfigError(f"tasks: {unknown('task', others[0], TASKS)}")
        if isinstance(self.context, str) or set(self.context) - set(CONTEXTS):
            raise ConfigError(
                f"context={self.context}: expected a list of some of {', '.join(CONTEXTS)}, such as context=[headline]"
            )
        check_goal(self.thresholds, "thresholds")
        if self.split is not None and self.split.by == "target" and "frames" in self.tasks:
            warnings.warn(
                "split.by=target: a sentence coded toward two targets can be on both sides, so the scores of the "
                "frames flatter; for the stance alone, set tasks=[stance]",
                FramingWarning,
                stacklevel=3,
            )

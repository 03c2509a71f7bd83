"""What a model's scores mean for who reads its report: in words, from the numbers of its card."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from framing.records import Prediction
from framing.resources import SHIPPED_MODELS
from framing.scores import Score, scores_of

if TYPE_CHECKING:
    from framing.model.framing import FramingClassifier

# The file on which the models that ship were scored, and what it was.
_CHECK = "check"
_CHECKED_ON = (
    "2,648 sentences of real news from 1,416 documents that no model learned from, coded twice, by "
    "language-model coders and not by people"
)
_VALIDATION = "validation"
_SHARES = ("share", "predicted_share")
_ROUNDED = 1e-6
# Fractions that people say; nearer ones are not easier to read.
_FRACTIONS = (
    (1, 20),
    (1, 10),
    (1, 8),
    (1, 6),
    (1, 5),
    (1, 4),
    (1, 3),
    (2, 5),
    (1, 2),
    (3, 5),
    (2, 3),
    (3, 4),
    (4, 5),
    (9, 10),
)


@dataclass(frozen=True)
class ModelAbout:
    """What a report says of the model that was asked.

    Parameters
    ----------
    name
        Which model it is, for people.
    titles
        Of frames the names as people write them, as far as the codebook has some.
    definitions
        Of frames what they mean.
    thresholds
        Of frames the probabilities from which they are decided, where no rule has moved them.
    metrics
        Scores by path with their bounds, as ``model.json`` has them.
    coded
        Sentences that were coded for the frames it learned.
    shipped
        Whether it comes with the package.
    """

    name: str
    titles: Mapping[str, str] = field(default_factory=dict)
    definitions: Mapping[str, str] = field(default_factory=dict)
    thresholds: Mapping[str, float] = field(default_factory=dict)
    metrics: Mapping[str, float] = field(default_factory=dict)
    coded: int = 0
    shipped: bool = False


def about_model(classifier: FramingClassifier, origin: str) -> ModelAbout:
    """Return what a report says of a model.

    Parameters
    ----------
    classifier
        The model.
    origin
        Where it came from, ``Predictor.origin``.
    """
    labels = classifier.codebook.frames
    frames = classifier.tasks.get("frames")
    names = dict.fromkeys(model.origin for model in SHIPPED_MODELS.values())
    thresholds = {} if frames is None else {name: float(value) for name, value in frames.thresholds_.items()}
    counts = classifier.info.get("data", {}).get("counts", {}).get("frames", {})
    return ModelAbout(
        origin,
        {label.name: label.title for label in labels if label.title},
        {label.name: label.definition for label in labels if label.definition},
        thresholds,
        classifier.info.get("metrics", {}),
        counts.get("coded", 0),
        origin in names,
    )


@dataclass(frozen=True)
class LabelLimits:
    """How well one label is found.

    Parameters
    ----------
    label
        Its name.
    recall, precision
        Of those that are there, how many are found; of those found, how many are right.
    share, predicted_share
        How frequent it was in that file, and how frequent the model made it, where the card says so.
    """

    label: str
    recall: Score
    precision: Score
    share: float | None = None
    predicted_share: float | None = None

    def corrected(self, marked: float) -> float | None:
        """Return the share that a share of marked sentences stands for, if the model errs as often as it did there.

        ``None`` where the card does not say how often it raises falsely (Rogan and Gladen 1978).

        Examples
        --------
        >>> one = LabelLimits("gain", Score(0.5, 0.4, 0.6), Score(0.5, 0.4, 0.6), share=0.2, predicted_share=0.2)
        >>> one.corrected(0.2), one.corrected(0.05)
        (0.2, 0.0)
        """
        if self.share is None or self.predicted_share is None or not self.share < 1:
            return None
        falsely = self.predicted_share * (1 - self.precision.value) / (1 - self.share)
        if self.recall.value <= falsely:
            return None
        return round(min(1.0, max(0.0, (marked - falsely) / (self.recall.value - falsely))), 6)

    @property
    def missed(self) -> str:
        """How many are missed, in words."""
        return in_words(1 - self.recall.value)

    @property
    def false(self) -> str:
        """How many of those found are not there, in words."""
        return in_words(1 - self.precision.value)


@dataclass(frozen=True)
class Limits:
    """How well a model does on one coded file.

    Parameters
    ----------
    name, about
        The file, and what it is.
    frames, stances
        Its labels; of one of the two there are none where another file tells of them.
    """

    name: str
    about: str
    frames: tuple[LabelLimits, ...]
    stances: tuple[LabelLimits, ...]


def model_limits(about: ModelAbout) -> tuple[Limits, ...]:
    """Return the scores a reader should know: on a coded file that was not learned from, else the validation's.

    Frames and stances may have been scored on different files; nothing where the card has no scores.

    Examples
    --------
    >>> names = [f"{name}/frames/gain/{score}" for name in ("validation", "news") for score in ("recall", "precision")]
    >>> metrics = {f"{name}{end}": 0.5 for name in names for end in ("", "_low", "_high")}
    >>> [one.name for one in model_limits(ModelAbout("mine", metrics=metrics))]
    ['news']
    """
    scores = scores_of(about.metrics)
    found: dict[str, dict[str, tuple[LabelLimits, ...]]] = {}
    for task in ("frames", "stance"):
        sets = dict.fromkeys(path.split("/")[0] for path in scores)
        of_set = {name: labels for name in sets if (labels := _label_limits(scores, f"{name}/{task}/"))}
        if of_set:
            name = min(of_set, key=lambda name: (name != _CHECK, name == _VALIDATION))
            found.setdefault(name, {})[task] = of_set[name]
    return tuple(
        Limits(name, _told_of(name, about), tasks.get("frames", ()), tasks.get("stance", ()))
        for name, tasks in found.items()
    )


def _told_of(name: str, about: ModelAbout) -> str:
    if name == _CHECK and about.shipped:
        return _CHECKED_ON
    if name == _VALIDATION:
        return "held-out rows of its own training data; on other text it does worse"
    return f"a coded file that its makers called “{name}”; who coded it is not recorded"


def marked_share(predictions: Sequence[Prediction], frame: str) -> float:
    """Return the share of the sentences for which a frame was decided that are marked with it; nan of none.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> said = [Prediction(Sentence("It pays."), {"gain": 0.5}, (), left_open) for left_open in ((), ("gain",))]
    >>> marked_share([*said, Prediction(Sentence("It pays."), {"gain": 0.9}, ("gain",))], "gain")
    0.5
    """
    decided = [p for p in predictions if frame in p.frames or frame not in p.abstained]
    return sum(frame in p.frames for p in decided) / len(decided) if decided else float("nan")


def decided_by(threshold: float, predictions: Iterable[Prediction], frame: str) -> bool:
    """Say whether a threshold alone decided a frame in each sentence; probabilities in files may be rounded.

    Examples
    --------
    >>> from framing.records import Sentence
    >>> said = [Prediction(Sentence("It pays."), {"gain": 0.5}, ("gain",))]
    >>> decided_by(0.5, said, "gain"), decided_by(0.6, said, "gain")
    (True, False)
    """
    return all(
        frame not in p.abstained
        and ((p.proba[frame] >= threshold) == (frame in p.frames) or abs(p.proba[frame] - threshold) < _ROUNDED)
        for p in predictions
        if frame in p.proba
    )


def _label_limits(scores: Mapping[str, Score], prefix: str) -> tuple[LabelLimits, ...]:
    labels = [
        path[len(prefix) : -len("/recall")] for path in scores if path.startswith(prefix) and path.endswith("/recall")
    ]
    return tuple(
        LabelLimits(
            label,
            scores[f"{prefix}{label}/recall"],
            scores[f"{prefix}{label}/precision"],
            *(scores[path].value if (path := f"{prefix}{label}/{name}") in scores else None for name in _SHARES),
        )
        for label in labels
        if f"{prefix}{label}/precision" in scores
    )


def in_words(share: float) -> str:
    """Return a share as a fraction that people say.

    Examples
    --------
    >>> in_words(0.28), in_words(0.35), in_words(0.01), in_words(0.97)
    ('about 1 in 4', 'about 1 in 3', 'hardly any', 'nearly all')
    """
    if share < 0.025:
        return "hardly any"
    if share > 0.95:
        return "nearly all"
    part, whole = min(_FRACTIONS, key=lambda one: abs(share - one[0] / one[1]))
    return f"about {part} in {whole}"

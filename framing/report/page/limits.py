"""What a model's scores mean for who reads its report: in words, from the numbers of its card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from framing.resources import SHIPPED_MODELS
from framing.scores import Score, scores_of

if TYPE_CHECKING:
    from framing.model.framing import FramingClassifier

# What the files were on which the models that ship were scored.
_SHIPPED_SETS = {
    "check": "2,648 sentences of real news from 1,416 documents that no model learned from, coded twice, by "
    "language-model coders and not by people",
    "dev": "300 sentences of real news from 247 documents, coded by language-model coders and not by people; they "
    "helped to choose among models",
}
_VALIDATION = "validation"
_SHARES = ("share", "predicted_share")
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
        Its labels.
    """

    name: str
    about: str
    frames: tuple[LabelLimits, ...]
    stances: tuple[LabelLimits, ...]


def model_limits(about: ModelAbout) -> Limits | None:
    """Return the scores a reader should know: on a coded file that was not learned from, else the validation's.

    ``None`` where the card has none.
    """
    scores = scores_of(about.metrics)
    sets = list(dict.fromkeys(path.split("/")[0] for path in scores))
    name = next((one for one in ("check", *(s for s in sets if s != _VALIDATION), _VALIDATION) if one in sets), None)
    if name is None:
        return None
    if about.shipped and name in _SHIPPED_SETS:
        told = _SHIPPED_SETS[name]
    elif name == _VALIDATION:
        told = "held-out rows of its own training data; on other text it does worse"
    else:
        told = f"a coded file that its makers called “{name}”; who coded it is not recorded"
    frames, stances = (_label_limits(scores, f"{name}/{task}/") for task in ("frames", "stance"))
    return Limits(name, told, frames, stances)


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

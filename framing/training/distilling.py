"""Distil a student from a model: a small network that says of text what the model says.

What is learned from are texts without codes and the model's own probabilities of their frames. Each text is read by a
student that was taught on other documents; from how that one agrees with the model follows where a student is certain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Proba, Rows, Values
from framing.corpus.splits import GroupedFolds
from framing.errors import ConfigError, InputError, ModelError
from framing.model.classifier import EMBEDDING, TaskClassifier
from framing.model.encoders.kinds import has_weights
from framing.model.framing import FramingClassifier
from framing.model.student import learning
from framing.model.student.certainty import Agreement
from framing.model.student.network import StudentNetwork
from framing.model.student.student import LOSS, Student
from framing.progress import track
from framing.records import Sentence

FOLDS = 3
FEWEST = 100  # different texts
_PIECE = 4096
# A part of a sentence: of so many words, each part of at least so many, where one of these ends a word.
_WORDS, _LEAST, _ENDS = 8, 3, ",;:—–-"
# Log-odds beyond which a model's probability is as good as certain.
_SURE = 1e-4


def distil(
    model: FramingClassifier,
    sentences: Sequence[Sentence],
    *,
    further: Sequence[Sentence] = (),
    loss: float = LOSS,
    epochs: int = learning.EPOCHS,
    seed: int = 0,
    told: Callable[[str], None] = lambda step: None,
) -> Student:
    """Return a student of a model's frames.

    Parameters
    ----------
    model
        Who teaches.
    sentences
        What it is taught on: text as the model will read it later, the more the better; codes are not used. Those of
        a document or group stay on one side when it is found out where the student can be trusted.
    further
        What it is taught on too, but not judged by: other text, or what the model itself has learned from, of which it
        is surer than of text that it has never seen.
    loss
        How much macro-F1 a cascade may lose, as expected by the model's own probabilities, in (0, 1).
    epochs
        How often each text is learned from.
    seed
        Seed of all chance.
    told
        Called with what is done next, for people.

    Raises
    ------
    ModelError
        The model knows no frames, or reads words alone, which is as fast already.
    InputError
        There are fewer than 100 different texts, or fewer than 3 documents.
    ConfigError
        The loss is not between 0 and 1, or there is less than one epoch.
    """
    if not 0 < loss < 1:
        raise ConfigError(f"loss {loss:g}: expected a part of F1 between 0 and 1, such as {LOSS}")
    if epochs < 1:
        raise ConfigError(f"epochs {epochs}: at least 1 is needed")
    task = taught(model)
    rows = {
        sentence.text: (sentence, judged) for part, judged in ((further, False), (sentences, True)) for sentence in part
    }
    taken, judged = [row for row, _ in rows.values()], np.array([own for _, own in rows.values()], dtype=bool)
    groups = GroupedFolds().groups(taken)
    n_groups = len(np.unique(groups[judged]))
    if judged.sum() < FEWEST or n_groups < FOLDS:
        raise InputError(
            f"{judged.sum():,} different texts of {n_groups:,} documents: a student needs at least {FEWEST} of "
            f"{FOLDS}, and many thousands to be of use"
        )
    lesson = _lesson(task, taken, seed, told)
    exclusive, scores = task.decoder.exclusive, np.zeros((len(taken), len(task.labels)))
    for number, (train, test) in enumerate(_folds(groups, seed), start=1):
        told(f"a student of other documents, {number} of {FOLDS}")
        network = lesson.learned(train, exclusive, seed, epochs)
        scores[test] = network.scores([lesson.texts[i] for i in test])
    own = np.flatnonzero(judged)
    proba = lesson.proba[own]
    slopes, bias = calibration(scores[own], proba, exclusive)
    told("the student of all")
    network = calibrated(lesson.learned(np.arange(len(taken)), exclusive, seed, epochs), slopes, bias)
    apart = network.proba(scores[own] * slopes + bias)
    student = Student(network, Agreement.of(apart, proba, exclusive), float(loss))
    facts = {
        "sentences": len(own),
        "documents": n_groups,
        "further": int((~judged).sum()),
        "digest": hashlib.sha256("\n".join(sorted(lesson.texts[: len(taken)])).encode()).hexdigest(),
        "folds": FOLDS,
        "epochs": epochs,
        "seed": seed,
        "passed_on": round(student.certainty(task.decoder, task.thresholds_).passed, 4),
    }
    return replace(student, told=facts)


@dataclass(frozen=True)
class _Lesson:
    """Texts, then parts of some; what the model says of each; and ``of`` which text, by its number, it is."""

    vocabulary: list[str]
    start: NDArray[np.float32]
    texts: list[str]
    proba: Proba
    vectors: Values
    of: Rows

    def learned(self, rows: Rows, exclusive: bool, seed: int, epochs: int) -> StudentNetwork:
        """Return a network that has learned from some texts, and from the parts of these."""
        taken = np.flatnonzero(np.isin(self.of, rows))
        texts = [self.texts[i] for i in taken]
        vectors = self.vectors[taken]
        return learning.learn(
            self.vocabulary, self.start, texts, self.proba[taken], exclusive, vectors=vectors, seed=seed, epochs=epochs
        )


def _lesson(task: TaskClassifier, sentences: list[Sentence], seed: int, told: Callable[[str], None]) -> _Lesson:
    """Let the model read sentences, and a part of each: what of them a label hangs on."""
    features, chance = task.features_[EMBEDDING], np.random.default_rng(seed)
    parts = [(part, number) for number, row in enumerate(sentences) if (part := part_of(row.text, chance))]
    read = [*sentences, *(replace(sentences[number], text=part) for part, number in parts)]
    told(f"the model reads {len(sentences):,} sentences, and a part of {len(parts):,}")
    proba, vectors = [], []
    for start in track(range(0, len(read), _PIECE), "teacher"):
        piece = read[start : start + _PIECE]
        vectors.append(np.asarray(features.transform(piece), dtype=np.float32))
        proba.append(task.predict_proba(piece))
    texts = [str(text) for text in features.texts_read(read)]
    vocabulary = learning.vocabulary_of(texts[: len(sentences)], features.encoder_)
    return _Lesson(
        vocabulary,
        learning.starting_vectors(vocabulary, features.encoder_.transform),
        texts,
        np.concatenate(proba),
        learning.main_directions(np.concatenate(vectors)),
        np.array([*range(len(sentences)), *(number for _, number in parts)]),
    )


def part_of(text: str, chance: np.random.Generator) -> str:
    """Return the beginning or the end of a sentence, cut at a comma or the like where there is one.

    Nothing where there are fewer than eight words.

    Examples
    --------
    >>> found = {part_of("They left in May, and nobody knows why", np.random.default_rng(n)) for n in range(9)}
    >>> sorted(found)
    ['They left in May,', 'and nobody knows why']
    """
    words = text.split()
    if len(words) < _WORDS:
        return ""
    places = np.arange(_LEAST, len(words) - _LEAST + 1)
    cuts = [place for place in places if words[place - 1][-1] in _ENDS]
    cut = int(chance.choice(cuts or places))
    return " ".join(words[:cut] if chance.random() < 1 / 2 else words[cut:])


def taught(model: FramingClassifier) -> TaskClassifier:
    """Return the classifier of a model's frames, of which there can be a student.

    Raises
    ------
    ModelError
        There is none.
    """
    if "frames" not in model.tasks:
        raise ModelError("this model knows no frames, and a student is of frames: a stance is the encoder's")
    task = model.tasks["frames"]
    if not has_weights(task.features_[EMBEDDING].encoder_):
        raise ModelError("this model reads words alone, without an encoder: a student would not be faster")
    return task


def _folds(groups: Rows, seed: int) -> Iterator[tuple[Rows, Rows]]:
    """Give row numbers ``(train, test)`` of folds that cut no group."""
    fold = np.random.default_rng(seed).permutation(groups.max() + 1)[groups] % FOLDS
    for number in range(FOLDS):
        yield np.flatnonzero(fold != number), np.flatnonzero(fold == number)


def calibration(scores: Values, proba: Proba, exclusive: bool) -> tuple[Values, Values]:
    """Return by what a student's scores are multiplied, and what is added, to give the model's probabilities.

    Platt scaling with probabilities in the place of classes; of exclusive labels one slope for all.

    Parameters
    ----------
    scores, proba
        The student's scores of texts it was not taught on, and the model's probabilities, (n_texts, n_labels).
    exclusive
        Whether a text has exactly one label.

    Returns
    -------
    slopes, bias
        Each of shape (n_labels,).

    Examples
    --------
    >>> scores = np.linspace(-4, 4, 50)[:, None]
    >>> slopes, bias = calibration(scores, 1 / (1 + np.exp(-(scores / 2 - 1))), exclusive=False)
    >>> slopes.round(2).tolist(), bias.round(2).tolist()
    ([0.5], [-1.0])
    """
    from scipy.optimize import minimize
    from scipy.special import expit, log_softmax

    n, n_labels = scores.shape
    wanted = np.clip(proba, _SURE, 1 - _SURE)
    if exclusive:

        def of_all(parameters: Values) -> float:
            return float(-(wanted * log_softmax(scores * parameters[0] + parameters[1:], axis=1)).sum() / n)

        best = minimize(of_all, np.append(1.0, np.zeros(n_labels)), method="L-BFGS-B").x
        return np.full(n_labels, best[0]), best[1:] - best[1]
    slopes, bias = np.ones(n_labels), np.zeros(n_labels)
    for label in range(n_labels):
        own, aim = scores[:, label], wanted[:, label]

        def loss(parameters: Values, own: Values = own, aim: Values = aim) -> tuple[float, Values]:
            odds = parameters[0] * own + parameters[1]
            error = expit(odds) - aim
            value = np.logaddexp(0, odds) - aim * odds
            return float(value.mean()), np.array([(error * own).mean(), error.mean()])

        slopes[label], bias[label] = minimize(loss, np.array([1.0, 0.0]), jac=True, method="L-BFGS-B").x
    return slopes, bias


def calibrated(network: StudentNetwork, slopes: Values, bias: Values) -> StudentNetwork:
    """Return a network whose scores are multiplied and added to: its last layer is another."""
    arrays: dict[str, Any] = dict(network.arrays)
    arrays["scores"] = (arrays["scores"].astype(np.float64) * slopes).astype(np.float16)
    arrays["scores_bias"] = (arrays["scores_bias"].astype(np.float64) * slopes + bias).astype(np.float16)
    return StudentNetwork(network.vocabulary, arrays, network.exclusive)

"""Distil a student from a model: a small network that says of text what the model says.

What is learned from are texts without codes and the model's own probabilities of their frames. A third of the documents
is kept out; from how the student agrees with the model there follows where it is certain.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Proba, Rows, Values
from framing.corpus.splits import GroupedFolds
from framing.errors import ConfigError, InputError, ModelError
from framing.installed import need
from framing.model.classifier import EMBEDDING, TaskClassifier
from framing.model.encoders.kinds import has_weights
from framing.model.framing import FramingClassifier
from framing.model.student import learning
from framing.model.student.certainty import Agreement
from framing.model.student.network import StudentNetwork
from framing.model.student.student import LOSS, Student
from framing.progress import track
from framing.records import Sentence

PARTS = 3  # of the documents, one of which the student does not see
FEWEST = 100  # different texts
_PIECE = 4096
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
        What it is taught on, and a third of whose documents it is judged by: text as the model will read it later, the
        more the better; codes are not used.
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
    MissingExtraError
        PyTorch is not installed.
    """
    if not 0 < loss < 1:
        raise ConfigError(f"loss {loss:g}: expected a part of F1 between 0 and 1, such as {LOSS}")
    if epochs < 1:
        raise ConfigError(f"epochs {epochs}: at least 1 is needed")
    need("torch")
    task = taught(model)
    rows = {
        sentence.text: (sentence, judged) for part, judged in ((further, False), (sentences, True)) for sentence in part
    }
    taken, judged = [row for row, _ in rows.values()], np.array([own for _, own in rows.values()], dtype=bool)
    groups = GroupedFolds().groups(taken)
    n_groups, kept_out = len(np.unique(groups[judged])), _kept_out(groups, seed)
    own = np.flatnonzero(kept_out & judged)
    if judged.sum() < FEWEST or n_groups < PARTS or not len(own):
        raise InputError(
            f"{judged.sum():,} different texts of {n_groups:,} documents: a student needs at least {FEWEST} of "
            f"{PARTS}, and many thousands to be of use"
        )
    lesson = _lesson(task, taken, told)
    exclusive = task.decoder.exclusive
    told("the student learns")
    network = lesson.learned(np.flatnonzero(~kept_out), exclusive, seed, epochs)
    proba, scores = lesson.proba[own], network.scores([lesson.texts[i] for i in own])
    slopes, bias = calibration(scores, proba, exclusive)
    network = calibrated(network, slopes, bias)
    apart = network.proba(scores * slopes + bias)
    student = Student(network, Agreement.of(apart, proba, exclusive), float(loss))
    facts = {
        "sentences": int((~kept_out).sum()),
        "judged_sentences": len(own),
        "judged_documents": len(np.unique(groups[own])),
        "digest": hashlib.sha256("\n".join(sorted(lesson.texts)).encode()).hexdigest(),
        "epochs": epochs,
        "seed": seed,
        "passed_on": round(student.certainty(task.decoder, task.thresholds_).passed, 4),
    }
    return replace(student, told=facts)


@dataclass(frozen=True)
class _Lesson:
    """Texts, and what the model says of them."""

    vocabulary: list[str]
    start: NDArray[np.float32]
    texts: list[str]
    proba: Proba
    vectors: Values

    def learned(self, rows: Rows, exclusive: bool, seed: int, epochs: int) -> StudentNetwork:
        """Return a network that has learned from some texts."""
        texts, vectors = [self.texts[i] for i in rows], self.vectors[rows]
        return learning.learn(
            self.vocabulary, self.start, texts, self.proba[rows], exclusive, vectors=vectors, seed=seed, epochs=epochs
        )


def _lesson(task: TaskClassifier, sentences: list[Sentence], told: Callable[[str], None]) -> _Lesson:
    """Let the model read sentences."""
    features = task.features_[EMBEDDING]
    told(f"the model reads {len(sentences):,} sentences")
    proba, vectors = [], []
    for start in track(range(0, len(sentences), _PIECE), "teacher"):
        piece = sentences[start : start + _PIECE]
        vectors.append(np.asarray(features.transform(piece), dtype=np.float32))
        proba.append(task.predict_proba(piece))
    texts = [str(text) for text in features.texts_read(sentences)]
    vocabulary = learning.vocabulary_of(texts, features.encoder_)
    begin = learning.starting_vectors(vocabulary, features.encoder_.transform)
    return _Lesson(vocabulary, begin, texts, np.concatenate(proba), learning.main_directions(np.concatenate(vectors)))


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


def _kept_out(groups: Rows, seed: int) -> NDArray[np.bool_]:
    """Return which rows are kept out of what is learned: those of a third of the groups."""
    return np.asarray(np.random.default_rng(seed).permutation(groups.max() + 1)[groups] % PARTS == 0)


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

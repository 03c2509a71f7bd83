"""What an encoder is tuned on: the coded rows of each task, and the loss over all of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Values
from framing.model.encoders.reading import TARGETS_A_PASS, Reader, Reading, joined

if TYPE_CHECKING:
    import torch

    from framing.model.encoders.tuning import EncoderTuner


@dataclass(frozen=True)
class Lesson:
    """The coded rows of one task, as an encoder is tuned on them.

    Parameters
    ----------
    texts
        What the encoder reads, shape (n_rows,): texts, or texts with a target.
    Y
        Codes, shape (n_rows, n_labels): 1 present, 0 absent, nan not coded; or a teacher's probabilities.
    exclusive
        Whether exactly one label holds (softmax) or any number (one sigmoid each).
    groups
        Group numbers; no group is on both sides of the early stopping. Common to all lessons.
    weights
        How much each row counts, shape (n_rows,); ``None`` where all count the same.
    """

    texts: Sequence[Reading]
    Y: NDArray[np.float64]
    exclusive: bool
    groups: NDArray[np.intp]
    weights: Values | None = None


@dataclass
class _Row:
    """A text, its own label vector, and its targets with theirs."""

    text: str
    group: int
    own: list[float]
    targets: dict[str, list[float]] = field(default_factory=dict)


def training_rows(lessons: Sequence[Lesson], shared: bool) -> dict[str, list[Any]]:
    """Return what is read in each pass, and the label vectors of what is in it.

    Parameters
    ----------
    lessons
        The rows of each task.
    shared
        Whether a text and its targets are read in one pass; else each is read by itself.

    Returns
    -------
    dict of lists
        ``text``, its ``targets``, ``group``, and ``label``: a vector of the text and one of each target. Labels of the
        other lessons are nan, the weight stands last.
    """
    width = sum(lesson.Y.shape[1] for lesson in lessons)
    rows: list[_Row] = []
    open_rows: dict[str, _Row] = {}  # that may take another code of the same text
    start = 0
    for lesson in lessons:
        Y = np.full((len(lesson.texts), width + 1), np.nan)
        Y[:, -1] = 1.0 if lesson.weights is None else lesson.weights
        Y[:, start : start + lesson.Y.shape[1]] = lesson.Y
        start += lesson.Y.shape[1]
        for reading, label, group in zip(lesson.texts, Y.tolist(), lesson.groups.tolist(), strict=True):
            _add(rows, open_rows if shared else {}, reading if shared else joined(reading), label, group)
    return {
        "text": [row.text for row in rows],
        "targets": [list(row.targets) for row in rows],
        "group": [row.group for row in rows],
        "label": [[row.own or [np.nan] * (width + 1), *row.targets.values()] for row in rows],
    }


def _add(rows: list[_Row], open_rows: dict[str, _Row], reading: Reading, label: list[float], group: int) -> None:
    """Put a code beside others of the same text, or into a row of its own where its place is taken."""
    text, target = (reading, None) if isinstance(reading, str) else reading
    row = open_rows.get(text)
    taken = row is None or (row.own if target is None else target in row.targets or len(row.targets) == TARGETS_A_PASS)
    if row is None or taken:
        row = open_rows[text] = _Row(text, group, [])
        rows.append(row)
    if target is None:
        row.own = label
    else:
        row.targets[target] = label


def coding_loss(
    model: Any, lessons: Sequence[Lesson], options: EncoderTuner, reader: Reader | None = None
) -> torch.nn.Module:
    """Return the loss of all lessons on a model's vectors, a module with a linear layer that is trained along."""
    import torch
    from torch.nn import functional

    blocks, start = [], 0
    mean = sum(len(lesson.texts) for lesson in lessons) / len(lessons)
    for lesson in lessons:
        weight = mean / len(lesson.texts) if options.balance else 1.0
        blocks.append((start, start + lesson.Y.shape[1], lesson.exclusive, weight))
        start += lesson.Y.shape[1]

    class CodingLoss(torch.nn.Module):
        """Cross-entropy of a linear layer on the vectors, over the labels that were coded."""

        def __init__(self) -> None:
            super().__init__()
            self.model = model
            self.linear = torch.nn.Linear(model.get_embedding_dimension(), start)
            self.drop = torch.nn.Dropout(options.dropout)
            self.scale = model.get_embedding_dimension() ** 0.5

        def forward(self, features: Any, labels: torch.Tensor) -> torch.Tensor:
            read = (lambda f: self.model(f)["sentence_embedding"]) if reader is None else reader.vectors
            vectors = read(features[0]).float()
            # Vectors of length 1 have small entries; scaled, they are what linear layers start well from.
            logits = self.linear(self.drop(vectors * self.scale))
            weights = labels[:, -1].to(logits.dtype)
            total = logits.sum() * 0  # zero, but part of the graph: a batch without a coded row has a gradient too
            for first, last, exclusive, weight in blocks:
                z, y = logits[:, first:last], labels[:, first:last].to(logits.dtype)
                if exclusive:
                    coded = ~y.isnan().any(dim=1)
                    if coded.any():
                        each = functional.cross_entropy(z[coded], y[coded], reduction="none")
                        total = total + weight * (each * weights[coded]).sum()
                else:
                    coded = ~y.isnan()
                    each = functional.binary_cross_entropy_with_logits(z, y.nan_to_num(), reduction="none")
                    total = total + weight * (each * coded * weights[:, None]).sum()
                    coded = coded.all(dim=1)
                if options.contrastive:
                    total = total + options.contrastive * len(y) * self.contrast(vectors, y, coded)
            return total / len(labels)

        @staticmethod
        def contrast(vectors: torch.Tensor, y: torch.Tensor, coded: torch.Tensor) -> torch.Tensor:
            """Pull rows together by the share of labels they have in common (Khosla et al. 2020, many labels)."""
            v, y = functional.normalize(vectors[coded], dim=1), y[coded]
            if len(v) < 2:
                return vectors.sum() * 0  # zero, but part of the graph
            union = ((y[:, None] + y[None]) > 0).sum(-1)
            alike = torch.where(union > 0, (y[:, None] * y[None]).sum(-1) / union.clamp(min=1), torch.ones_like(union))
            own = torch.eye(len(v), dtype=torch.bool)
            alike = alike.masked_fill(own, 0)
            # Cosines over a temperature of 0.1, as in SupCon; a row is never compared with itself.
            log_p = functional.log_softmax((v @ v.T / 0.1).masked_fill(own, -1e9), dim=1)
            weight = alike.sum(dim=1)
            return -((alike * log_p).sum(dim=1) / weight.clamp(min=1e-6))[weight > 0].sum() / len(v)

    return CodingLoss()

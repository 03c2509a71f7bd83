"""The loss over all tasks that an encoder is tuned on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from framing.model.encoders.lessons import Lesson
from framing.model.encoders.reading import Reader

if TYPE_CHECKING:
    import torch

    from framing.model.encoders.tuning import EncoderTuner


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
                    total = total + options.contrastive * len(y) * _contrast(vectors, y, coded)
            return total / len(labels)

    return CodingLoss()


def _contrast(vectors: torch.Tensor, y: torch.Tensor, coded: torch.Tensor) -> torch.Tensor:
    """Pull rows together by the share of labels they have in common (Khosla et al. 2020, many labels)."""
    import torch
    from torch.nn import functional

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

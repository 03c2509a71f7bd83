"""What a tuned encoder is taught by: its loss, and which rows a step holds."""

from __future__ import annotations

import numpy as np
import pytest

from framing.model.encoders.lessons import Lesson, training_rows
from framing.model.encoders.loss import coding_loss
from framing.model.encoders.trainer import BatchesByLength
from framing.model.encoders.tuning import EncoderTuner


def loss_of(codes: list[list[float]], exclusive: bool, contrastive: float) -> float:
    """The loss of four rows whose vectors are (1, 0), (1, 0), (0, 1), (0, 1)."""
    import torch

    class Given(torch.nn.Module):
        def get_embedding_dimension(self) -> int:
            return 2

        def forward(self, features: dict) -> dict:
            return {"sentence_embedding": features["vectors"]}

    Y = np.array(codes)
    torch.manual_seed(0)
    lesson = Lesson(["a", "b", "c", "d"], Y, exclusive, np.arange(4))
    loss = coding_loss(Given(), [lesson], EncoderTuner(dropout=0.0, contrastive=contrastive))
    vectors = torch.tensor([[1.0, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]])
    return float(loss([{"vectors": vectors}], torch.tensor(Y, dtype=torch.float32)).detach())


@pytest.mark.parametrize("exclusive", [True, False])
def test_rows_of_one_label_are_pulled_together_of_exclusive_labels_too(exclusive):
    # Cosines are 1 or 0, the temperature is 0.1: a row's like one gets e^10 of e^10 + 2, or 1 of it.
    total = np.log(np.exp(10) + 2)
    for codes, expected in (
        ([[1, 0], [1, 0], [0, 1], [0, 1]], total - 10),
        ([[1, 0], [0, 1], [1, 0], [0, 1]], total),
    ):
        added = loss_of(codes, exclusive, 1.0) - loss_of(codes, exclusive, 0.0)
        assert added == pytest.approx(expected, abs=1e-4)


def test_exclusive_rows_that_were_not_coded_are_pulled_nowhere():
    codes = [[1, 0], [np.nan, np.nan], [1, 0], [np.nan, np.nan]]
    added = loss_of(codes, True, 1.0) - loss_of(codes, True, 0.0)
    # Each of the two coded rows is the other's only neighbour: probability 1, over two rows.
    assert added == pytest.approx(0.0, abs=1e-6)


def test_few_rows_meet_others_in_each_epoch_and_many_come_by_length():
    def neighbours(n: int) -> list[set[frozenset[int]]]:
        batches = BatchesByLength(range(n), 8, seed=0)
        epochs = []
        for epoch in range(2):
            batches.set_epoch(epoch)
            found = list(batches)
            assert sorted(row for batch in found for row in batch) == list(range(n))
            epochs.append({frozenset(batch) for batch in found})
        return epochs

    first, second = neighbours(24)
    assert not first & second
    spread = [max(batch) - min(batch) for batch in neighbours(1024)[0]]
    assert np.median(spread) < 1024 / 8


def test_a_text_without_a_code_of_its_own_adds_nothing_to_the_loss_of_its_targets():
    import torch

    class Given(torch.nn.Module):
        def get_embedding_dimension(self) -> int:
            return 2

    class Read:
        def vectors(self, features: dict) -> torch.Tensor:
            return features["vectors"]

    frames = Lesson(["a"], np.array([[1.0, 0.0]]), False, np.zeros(1, dtype=int))
    stance = Lesson([("b", "x")], np.array([[1.0, 0.0]]), True, np.zeros(1, dtype=int))
    rows = training_rows([frames, stance], shared=True)
    labels = torch.tensor([rows["label"][0][0], rows["label"][1][0], rows["label"][1][1]])
    torch.manual_seed(0)
    loss = coding_loss(Given(), [frames, stance], EncoderTuner(dropout=0.0), Read())
    vectors = torch.tensor([[1.0, 0.0], [0.0, 1.0], [0.6, 0.8]])
    every = loss([{"vectors": vectors}], labels)
    coded = loss([{"vectors": vectors[[0, 2]]}], labels[[0, 2]])
    assert float(every.detach()) * 3 == pytest.approx(float(coded.detach()) * 2)
    every.backward()
    assert torch.isfinite(loss.linear.weight.grad).all()

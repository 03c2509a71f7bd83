"""How a student's network learns: by torch, from the probabilities that a model gives (Hinton, Vinyals and Dean 2015).

Token vectors start from what the model's own encoder says of each token alone, in its main directions, as model2vec
has it; they go on learning with the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Proba, Rows, Values
from framing.model.encoders.wordpieces import wordpieces_of
from framing.model.student.network import SHAPES, UNKNOWN, WIDTH, StudentNetwork, token_rows, tokenizer_of

SIZES = {"vector": 64, "found": 128, "hidden": 128}
EPOCHS = 5
_BATCH, _RATE = 128, 2e-3
# Of tokens, and of what goes into a layer: so many are left out at each step.
_TOKENS_OUT, _OUT = 0.1, 0.2
_VOCABULARY, _SEEN, _MOST = 30_000, 2, 60_000
_VECTORS = 2.0  # how much a model's vectors count beside its probabilities
_LONGEST = 96  # tokens of a text that are learned from
_SPREAD = 0.5  # of the vectors' numbers at the start


def vocabulary_of(texts: Sequence[str], encoder: Any = None) -> list[str]:
    """Return tokens of WordPiece in lower case: the encoder's own, else the 30,000 that fit some texts best."""
    if (own := _own_vocabulary(encoder)) is not None:
        return own
    from tokenizers.trainers import WordPieceTrainer

    tokenizer = tokenizer_of([UNKNOWN])
    trainer = WordPieceTrainer(
        vocab_size=_VOCABULARY, min_frequency=_SEEN, special_tokens=[UNKNOWN], show_progress=False
    )
    tokenizer.train_from_iterator(texts, trainer)
    numbers = tokenizer.get_vocab(with_added_tokens=True)
    return sorted((token for token in numbers if "\n" not in token), key=numbers.__getitem__)


def _own_vocabulary(encoder: Any) -> list[str] | None:
    """Return an encoder's tokens, where they are of the student's kind; a general vocabulary knows rare words."""
    tokens = wordpieces_of(encoder)
    fitting = tokens is not None and UNKNOWN in tokens and len(tokens) <= _MOST
    return tokens if fitting and not any("\n" in token for token in tokens or ()) else None


def starting_vectors(vocabulary: Sequence[str], encode: Callable[[list[str]], Any]) -> NDArray[np.float32]:
    """Return a vector of each token, shape (n_tokens, 64): the main directions of what an encoder says of it alone."""
    found = main_directions(np.asarray(encode([token.removeprefix("##") for token in vocabulary])), SIZES["vector"])
    return (found * _SPREAD).astype(np.float32)


def main_directions(vectors: Values, n: int = 64) -> Values:
    """Return vectors in their main directions, as many as asked for, with a standard deviation of 1 over all numbers.

    Examples
    --------
    >>> main_directions(np.array([[1.0, 2.0], [3.0, 4.0]]), 3).round(2).tolist()
    [[-1.73, 0.0, 0.0], [1.73, 0.0, 0.0]]
    """
    centred = vectors - vectors.mean(axis=0, dtype=np.float64)
    directions = np.linalg.eigh(centred.T @ centred)[1][:, ::-1][:, :n]
    directions = directions * np.where(directions.sum(axis=0) < 0, -1, 1)
    found = np.zeros((len(vectors), n))
    found[:, : directions.shape[1]] = centred @ directions
    return found / max(float(found.std()), 1e-6)


def learn(
    vocabulary: Sequence[str],
    start: NDArray[np.float32],
    texts: Sequence[str],
    proba: Proba,
    exclusive: bool,
    *,
    vectors: Values | None = None,
    seed: int = 0,
    epochs: int = EPOCHS,
    told: Callable[[], None] = lambda: None,
) -> StudentNetwork:
    """Return a network that says of texts what a model says of them.

    Parameters
    ----------
    vocabulary, start
        Tokens, and their vectors before, shape (n_tokens, 64).
    texts, proba
        What is learned from, and the model's probabilities, shape (n_texts, n_labels).
    exclusive
        Whether a text has exactly one label.
    vectors
        The model's vectors of the texts in their main directions, shape (n_texts, n_directions): what the network finds
        is to tell of these too, which teaches it more than a few probabilities a text.
    seed
        Seed of all chance.
    epochs
        How often each text is learned from.
    told
        Called after each epoch.
    """
    import torch

    rows = [row[:_LONGEST] for row in token_rows(tokenizer_of(vocabulary), texts)]
    chance = np.random.default_rng(seed)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        network = _network(start, proba.shape[1], 0 if vectors is None else vectors.shape[1])
        told_too = None if vectors is None else torch.tensor(vectors, dtype=torch.float32)
        way = torch.optim.Adam(network.parameters(), lr=_RATE, fused=True)
        lengths = np.array([len(row) for row in rows])
        n_steps = epochs * -(-len(rows) // _BATCH)
        rate = torch.optim.lr_scheduler.OneCycleLR(way, _RATE, n_steps + 1, pct_start=0.1, cycle_momentum=False)
        wanted = torch.tensor(proba, dtype=torch.float32).clamp(1e-4, 1 - 1e-4)
        network.train()
        for _ in range(epochs):
            for batch in _batches_of_a_length(lengths, chance):
                scores, directions = network(_padded([rows[i] for i in batch], len(vocabulary)))
                loss = _loss(scores, wanted[torch.from_numpy(batch)], exclusive)
                if told_too is not None:
                    loss = loss + _VECTORS * torch.nn.functional.mse_loss(directions, told_too[torch.from_numpy(batch)])
                network.zero_grad()
                loss.backward()
                way.step()
                rate.step()
            told()
    return StudentNetwork(vocabulary, _arrays_of(network), exclusive)


def _loss(scores: Any, wanted: Any, exclusive: bool) -> Any:
    from torch.nn import functional

    if exclusive:
        return functional.cross_entropy(scores, wanted)
    return functional.binary_cross_entropy_with_logits(scores, wanted)


def _batches_of_a_length(lengths: Rows, chance: np.random.Generator) -> Iterator[Rows]:
    """Give the numbers of texts in batches of about one length, in any order."""
    order = np.argsort(lengths + chance.uniform(0, 6, len(lengths)))
    batches = [order[start : start + _BATCH] for start in range(0, len(order), _BATCH)]
    for number in chance.permutation(len(batches)):
        yield batches[number]


def _padded(rows: Sequence[NDArray[np.int64]], filler: int) -> Any:
    import torch

    found = np.full((len(rows), max(map(len, rows))), filler, dtype=np.int64)
    for number, row in enumerate(rows):
        found[number, : len(row)] = row
    return torch.from_numpy(found)


def _network(start: NDArray[np.float32], n_labels: int, n_directions: int = 0) -> Any:
    """Return the network as torch learns it; ``StudentNetwork`` computes the same with numpy."""
    import torch
    from torch import nn

    n_tokens, vector = start.shape
    found, hidden = SIZES["found"], SIZES["hidden"]

    class Network(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.tokens = nn.Embedding(n_tokens + 1, vector)
            self.weights = nn.Embedding(n_tokens + 1, 1)
            self.windows = nn.Conv1d(vector, found, WIDTH, padding=WIDTH // 2)
            self.hidden = nn.Linear(2 * found + vector, hidden)
            self.scores = nn.Linear(hidden, n_labels)
            self.directions = nn.Linear(hidden, max(1, n_directions))
            self.out = nn.Dropout(_OUT)
            with torch.no_grad():
                self.tokens.weight[:n_tokens] = torch.from_numpy(start)
                self.weights.weight.zero_()

        def forward(self, numbers: Any) -> Any:
            there = (numbers != n_tokens).float()
            read = there * (torch.rand(numbers.shape) >= _TOKENS_OUT) if self.training else there
            vectors = self.tokens(numbers) * read[..., None]
            counts = self.weights(numbers)[..., 0].exp() * there
            counts = (counts / counts.sum(1, keepdim=True)).unsqueeze(-1)
            windows = torch.relu(self.windows(vectors.transpose(1, 2))).transpose(1, 2) * there[..., None]
            pooled = [windows.amax(1), (windows * counts).sum(1), (vectors * counts).sum(1)]
            hidden = torch.relu(self.hidden(self.out(torch.cat(pooled, 1))))
            return self.scores(self.out(hidden)), self.directions(hidden)

    return Network()


def _arrays_of(network: Any) -> dict[str, NDArray[Any]]:
    """Return a network's numbers by the names of ``SHAPES``, token vectors in eight bits, all else in sixteen."""
    own = {name: value.detach().numpy() for name, value in network.named_parameters()}
    vectors = own["tokens.weight"][:-1]
    scale = np.maximum(np.abs(vectors).max(axis=0) / 127, 1e-9)
    windows = own["windows.weight"].transpose(2, 1, 0)  # (found, vector, width) → width after width
    half = {
        "scale": scale,
        "weights": np.clip(own["weights.weight"][:-1, 0], -20, 20),
        "windows": windows.reshape(-1, windows.shape[2]),
        "windows_bias": own["windows.bias"],
        "hidden": own["hidden.weight"].T,
        "hidden_bias": own["hidden.bias"],
        "scores": own["scores.weight"].T,
        "scores_bias": own["scores.bias"],
    }
    found: dict[str, NDArray[Any]] = {"tokens": np.round(vectors / scale).astype(np.int8)}
    found |= {name: value.astype(np.float32 if name == "scale" else np.float16) for name, value in half.items()}
    return {name: found[name] for name in SHAPES}

"""Targets read in context: the sentence is read once, and each target reads the sentence.

One input holds a sentence and any number of targets::

    [CLS] the sentence [SEP] first target [SEP] second target [SEP]

A mask lets the sentence's tokens attend to the sentence alone, and a target's to the sentence and to that target. So
the sentence has the vector that it has by itself, a target's vector does not depend on which others are asked for, and
k targets cost the few tokens that they have, where reading each pair anew would cost k passes. Position numbers go on
after the sentence, for each target from the same number.

As in prefix language models (Raffel et al. 2020), where the prefix is read once and what follows attends to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from framing.model.encoders.batches import lay_out, rows_of

if TYPE_CHECKING:
    import torch

# A text, or a text and the target whose vector is wanted.
Reading = str | tuple[str, str]
_SEPARATOR = " | "  # between target and text, for a transformer that cannot read both apart
TARGET_TOKENS = 32  # what is read of a target
TARGETS_A_PASS = 16
_SAMPLE = (("Talks resume on Monday.", ("the talks", "a truce in the north")), ("No.", ("the answer",)))
_CLOSE = 1e-3


class Reader:
    """Reads sentences with their targets in one pass of a sentence-transformers model.

    Parameters
    ----------
    model
        The model; its first module is a transformer, its second pools.
    first
        The number of the first position.
    """

    def __init__(self, model: Any, first: int) -> None:
        self.model, self.first = model, first
        self.tokenizer = model.tokenizer
        self.transformer = model[0].auto_model
        limit = getattr(self.transformer.config, "max_position_embeddings", None) or 10**6
        self.longest = min(model.max_seq_length or limit, limit - first - TARGET_TOKENS - 1)

    @classmethod
    def of(cls, model: Any) -> Reader | None:
        """Return the reader of a model; ``None`` where the architecture does not allow it, which is tried out.

        Tried: that a sentence has the vector that it has alone, and a target the vector that it has without the other.
        """
        import torch

        if not _has_parts(model):
            return None
        modes = [(module, module.training) for module in model.modules()]
        model.eval()
        try:
            # In full precision, whatever the texts will be read in: the vectors of half precision differ by more.
            with torch.no_grad(), torch.autocast(model.device.type, enabled=False):
                alone = model(model.preprocess([text for text, _ in _SAMPLE]))["sentence_embedding"]
                # RoBERTa and its kin count from the padding's number on, MPNet from 2.
                for first in dict.fromkeys((0, model.tokenizer.pad_token_id + 1, 2)):
                    reader = cls(model, first)
                    if reader._agrees(alone):
                        return reader
        except torch.OutOfMemoryError:
            raise
        except (TypeError, ValueError, RuntimeError, IndexError, AttributeError, NotImplementedError):
            return None  # architectures refuse a mask of their own in as many ways
        finally:
            # Each its own: a loaded model says of itself that it trains, while its transformer does not.
            for module, training in modes:
                module.training = training
        return None

    def _agrees(self, alone: torch.Tensor) -> bool:
        import torch

        text, targets = _SAMPLE[0]
        together = self.vectors(self.features(_SAMPLE))
        by_itself = self.vectors(self.features([(text, targets[1:])]))[1]
        sentences, beside_another = together[: len(_SAMPLE)], together[len(_SAMPLE) + 1]
        pairs = ((sentences, alone.float()), (beside_another, by_itself))
        return all(torch.allclose(one, other, atol=_CLOSE) for one, other in pairs)

    def features(self, rows: Sequence[tuple[str, Sequence[str]]]) -> dict[str, torch.Tensor]:
        """Return what a pass over sentences with their targets takes.

        Parameters
        ----------
        rows
            A text and its targets each.

        Returns
        -------
        dict
            ``input_ids`` and ``position_ids``, ``blocks`` (0 in the sentence, 1 in its first target, ..., -1 where
            nothing stands), each of shape (n_rows, n_tokens).
        """
        import torch

        texts = self.tokenizer([text for text, _ in rows], truncation=True, max_length=self.longest)["input_ids"]
        end = [self.tokenizer.sep_token_id]
        targets = [[self._target_ids(target) + end for target in row[1]] for row in rows]
        numbers = lay_out(list(zip(texts, targets, strict=True)), self.first, self.tokenizer.pad_token_id)
        return {name: torch.from_numpy(part) for name, part in numbers.items()}

    def _target_ids(self, target: str) -> list[int]:
        # A target without a token, such as a space, still has its end.
        found = self.tokenizer(target, add_special_tokens=False, truncation=True, max_length=TARGET_TOKENS)
        return list(found["input_ids"])

    def vectors(self, features: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return the vectors of the sentences, then of the targets, row by row; shape (n_sentences + n_targets, d)."""
        import torch

        blocks = features["blocks"]
        tokens = self.read(features)
        read = self._pooled({"token_embeddings": tokens, "attention_mask": (blocks == 0).long()}, 1)
        row, number = _rows_of_targets(blocks)
        if not len(row):
            return read
        inside = (blocks[row] == number[:, None]).to(tokens.dtype)
        means = torch.einsum("tl,tld->td", inside, tokens[row]) / inside.sum(dim=1, keepdim=True)
        return torch.cat([read, self._pooled({"sentence_embedding": means}, 2)])

    def read(self, features: dict[str, torch.Tensor]) -> torch.Tensor:
        """Return the vector of each token as it stands there, shape (n_rows, n_tokens, d)."""
        import torch

        blocks = features["blocks"]
        sentence, own = (blocks == 0)[:, None, :], blocks[:, :, None] == blocks[:, None, :]
        # Tokens of the padding attend to the sentence as well: to attend to nothing has no defined result.
        forbidden = ~(sentence | (own & (blocks > 0)[:, None, :]))
        # In the precision of the attention, which would be raised to the mask's.
        kind = blocks.device.type
        dtype = torch.get_autocast_dtype(kind) if torch.is_autocast_enabled(kind) else torch.float32
        mask = torch.zeros(forbidden.shape, device=blocks.device, dtype=dtype)
        mask = mask.masked_fill(forbidden, torch.finfo(dtype).min)[:, None]
        given = {"input_ids": features["input_ids"], "position_ids": features["position_ids"]}
        if getattr(self.transformer.config, "type_vocab_size", 0) > 1:
            given["token_type_ids"] = (blocks > 0).long()
        mask = mask + _relative_positions(self.transformer, features["position_ids"], dtype)
        return self.transformer(**given, attention_mask=mask).last_hidden_state.float()

    def _pooled(self, features: dict[str, torch.Tensor], start: int) -> torch.Tensor:
        for module in list(self.model)[start:]:
            features = module(features)
        return features["sentence_embedding"]


def encode_readings(model: Any, readings: Sequence[tuple[str, str]], batch_size: int) -> NDArray[np.float32]:
    """Return the vector of each target in its text, a text with all its targets in one pass.

    Parameters
    ----------
    model
        A sentence-transformers model, in use for encoding.
    readings
        Texts with a target each, all different.
    batch_size
        Texts a pass.

    Returns
    -------
    ndarray of float32, shape (n_readings, n_dimensions)
    """
    import torch

    model.eval()  # as ``encode`` does: nothing is dropped out
    reader = _reader_of(model)
    if reader is None:
        texts = [joined(reading) for reading in readings]
        return model.encode(texts, batch_size=batch_size, show_progress_bar=False, convert_to_numpy=True)
    rows = rows_of(readings, TARGETS_A_PASS)
    found = np.zeros((len(readings), model.get_embedding_dimension()), dtype=np.float32)
    for start in range(0, len(rows), batch_size):
        batch = rows[start : start + batch_size]
        with torch.inference_mode():
            features = reader.features([(text, [readings[i][1] for i in numbers]) for text, numbers in batch])
            features = {name: value.to(model.device) for name, value in features.items()}
            found[[i for _, numbers in batch for i in numbers]] = reader.vectors(features)[len(batch) :].cpu().numpy()
    return found


def joined(reading: Reading) -> str:
    """Return a reading as one text, for an encoder that reads nothing else.

    Examples
    --------
    >>> joined(("sanctions hurt", "sanctions"))
    'sanctions | sanctions hurt'
    """
    return reading if isinstance(reading, str) else f"{reading[1]}{_SEPARATOR}{reading[0]}"


# Trying out costs passes of its own, which a single sentence should not wait for each time.
_reader_of = lru_cache(maxsize=2)(Reader.of)


def _has_parts(model: Any) -> bool:
    """Say whether a model is a transformer whose tokens are pooled, with a tokenizer that ends a text with a mark."""
    modules = list(model)
    transformer, tokenizer = getattr(modules[0], "auto_model", None), getattr(model, "tokenizer", None)
    return (
        transformer is not None
        and len(modules) > 1
        and type(modules[1]).__name__ == "Pooling"
        and getattr(tokenizer, "sep_token_id", None) is not None
        and getattr(tokenizer, "pad_token_id", None) is not None
    )


def _rows_of_targets(blocks: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
    """Return row and number of each target, row by row."""
    import torch

    counts = blocks.max(dim=1).values.clamp(min=0)
    row = torch.repeat_interleave(torch.arange(len(blocks), device=blocks.device), counts)
    number = torch.arange(len(row), device=blocks.device) - (counts.cumsum(0) - counts)[row] + 1
    return row, number


def _relative_positions(transformer: Any, positions: torch.Tensor, dtype: torch.dtype) -> Any:
    """Return what to add to the attention so that relative positions follow the position numbers.

    MPNet adds a bias to the attention by how far apart two tokens stand in the input, whatever their position numbers
    say; then a target's vector would depend on the targets before it. 0 for other architectures.
    """
    import torch

    encoder: Any = getattr(transformer, "encoder", None)
    if not hasattr(encoder, "compute_position_bias"):
        return 0.0
    index = torch.arange(positions.shape[1], device=positions.device)[None]

    def bias(numbers: torch.Tensor) -> torch.Tensor:
        distance = numbers[:, None, :] - numbers[:, :, None]
        return encoder.relative_attention_bias(encoder.relative_position_bucket(distance)).permute(0, 3, 1, 2)

    with torch.no_grad():
        return (bias(positions) - bias(index)).to(dtype)

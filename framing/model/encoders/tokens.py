"""What each token of a text adds to linear scores of the text's vector.

Where a model takes the mean of its tokens' vectors, the vector of a text is ``s * mean(tokens)``, with ``s = 1``, or
``1 / |mean|`` where vectors are brought to length 1. A linear score of it then falls into one part a token::

    w · x  =  sum over tokens t of  s / n_tokens * (w · token[t])

The parts are exact, and the pass that makes the text's vector has them all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from framing.arrays import Values

if TYPE_CHECKING:
    from framing.model.encoders.converted import ConvertedEncoder

_CLOSE, _NEARLY = 1e-4, 0.1
_NOWHERE = (0, 0)


class TokenScores(NamedTuple):
    """What the tokens of one text add to some scores.

    Parameters
    ----------
    spans
        Where each token stands, ``text[start:end]``; empty where it is no part of the text, such as an end mark.
    scores
        What each adds, shape (n_tokens, n_scores); the sum over tokens is the text's vector times the directions.
    """

    spans: list[tuple[int, int]]
    scores: Values


class ReadTexts(NamedTuple):
    """Some texts, their tokens' parts and, as a by-product, their vectors, shape (n_texts, n_dimensions)."""

    texts: list[str]
    tokens: list[TokenScores]
    vectors: NDArray[np.float32]


def read_tokens(model: Any, texts: Sequence[str], directions: Values) -> ReadTexts | None:
    """Read texts in one pass, in full precision; ``None`` where a text's vector is no mean of its tokens'.

    That is tried out on each pass, whatever the model calls its parts. It needs a tokenizer that tells offsets.

    Parameters
    ----------
    model
        A sentence-transformers model.
    texts
        As many as go into one pass.
    directions
        Shape (n_dimensions, n_scores).
    """
    import torch

    spans = _tokens_of(model, texts)
    if spans is None:
        return None
    model.eval()
    features = model.preprocess(list(texts))
    if features["input_ids"].tolist() != spans.ids:
        return None  # the model reads other tokens than its tokenizer tells of, such as a prompt
    with torch.inference_mode(), torch.autocast(model.device.type, enabled=False):
        features = {k: v.to(model.device) if hasattr(v, "to") else v for k, v in features.items()}
        read = model(features)
        vectors = read["sentence_embedding"].float().cpu().numpy()
        tokens = read["token_embeddings"].float().cpu().numpy()
    found = []
    for row, at in enumerate(spans.rows):
        here = tokens[row][[number for number, _ in at]].astype(np.float64)
        mean = here.mean(axis=0)
        scale = _scale(mean, vectors[row])
        if scale is None:
            return None
        found.append(TokenScores([span for _, span in at], here @ directions * (scale / len(at))))
    return ReadTexts(list(texts), found, vectors)


def read_converted(converted: ConvertedEncoder, texts: Sequence[str], directions: Values) -> list[TokenScores] | None:
    """Read texts with an encoder converted for OpenVINO; ``None`` where a text's vector is no mean of its tokens'."""
    if not converted.reads_targets:
        return None
    found: list[TokenScores] = []
    for text, (spans, vectors) in zip(texts, converted.encode_tokens(texts), strict=True):
        tokens = vectors.astype(np.float64)
        mean = tokens.mean(axis=0)
        scale = 1 / max(float(np.linalg.norm(mean)), 1e-12) if converted.content["normalized"] else 1.0
        if not found:  # tried out on the first, as half precision has it
            vector = converted.encode([text])[0]
            if not np.linalg.norm(mean * scale - vector) < _NEARLY * np.linalg.norm(vector):
                return None
        found.append(TokenScores(spans, tokens @ directions * (scale / len(spans))))
    return found


def _scale(mean: Values, vector: NDArray[np.float32]) -> float | None:
    """Return by what the mean of the tokens was multiplied to give the text's vector; ``None`` where it was not."""
    if mean.shape != vector.shape:
        return None
    scale = float(mean @ vector) / max(float(mean @ mean), 1e-12)
    return scale if np.allclose(mean * scale, vector, atol=_CLOSE * max(1e-6, np.abs(vector).max())) else None


class _Tokens(NamedTuple):
    ids: list[list[int]]
    rows: list[list[tuple[int, tuple[int, int]]]]  # of each text the tokens that are read: number and place


def _tokens_of(model: Any, texts: Sequence[str]) -> _Tokens | None:
    tokenizer: Any = getattr(model, "tokenizer", None)
    # Prompts and cut vectors are what ``encode`` adds to a pass.
    changed = getattr(model, "default_prompt_name", None) or getattr(model, "truncate_dim", None)
    if changed or not getattr(tokenizer, "is_fast", False):
        return None
    told = tokenizer(
        list(texts),
        padding=True,
        truncation=True,
        max_length=model.max_seq_length,
        return_offsets_mapping=True,
        return_special_tokens_mask=True,
        return_attention_mask=True,
    )
    rows = []
    for number in range(len(texts)):
        tokens = zip(told["attention_mask"][number], told["special_tokens_mask"][number], strict=True)
        places = told["offset_mapping"][number]
        rows.append([(i, _NOWHERE if mark else places[i]) for i, (read, mark) in enumerate(tokens) if read])
    return _Tokens(told["input_ids"], rows)


def by_length(texts: Sequence[str], size: int) -> Iterator[list[str]]:
    """Give each distinct text once, in batches of texts of about one length, so that little is padding."""
    ordered = sorted(set(texts), key=lambda text: (len(text), text))
    for start in range(0, len(ordered), size):
        yield ordered[start : start + size]

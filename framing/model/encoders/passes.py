"""A sentence-transformers model in batches of about one number of tokens each: the same vectors, less padding."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from framing.model.encoders.batches import padded, token_batches

_LONGEST = 1_000_000  # tokens of a text
# Texts on which a tokenizer shows what a model does to a text before it reads it.
_SHOWN = ("Talks resume on Monday.", "  No. ", "ÉTÉ in a CAFÉ\n", "")


def encode_texts(model: Any, texts: Sequence[str], batch_size: int) -> NDArray[np.float32]:
    """Return one vector a text, as ``model.encode`` does.

    Parameters
    ----------
    model
        A sentence-transformers model.
    texts
        At least one.
    batch_size
        Texts a pass where the model has to make its passes itself: it does more to a text than to cut it into tokens.

    Returns
    -------
    ndarray of float32, shape (n_texts, n_dimensions)
    """
    import torch

    if model.device.type != "cpu" or not _reads_tokens_alone(model):
        return model.encode(texts, batch_size=batch_size, show_progress_bar=False, convert_to_numpy=True)
    model.eval()
    rows = _token_ids(model, texts)
    found: Any = None
    for batch in token_batches([len(row) for row in rows]):
        features = _model_input(model, [rows[number] for number in batch])
        with torch.inference_mode():
            vectors = model(features)["sentence_embedding"].float().numpy()
        found = np.zeros((len(texts), vectors.shape[1]), dtype=np.float32) if found is None else found
        found[batch] = vectors
    return found


def _token_ids(model: Any, texts: Sequence[str]) -> list[list[int]]:
    stripped = [text.strip() for text in texts]
    # A tokenizer without a limit has one that no machine number holds.
    longest = min(model.max_seq_length, _LONGEST)
    return model.tokenizer(stripped, truncation=True, max_length=longest)["input_ids"]


def _model_input(model: Any, rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    import torch

    ids, mask = padded(rows, model.tokenizer.pad_token_id)
    features = {"input_ids": torch.from_numpy(ids), "attention_mask": torch.from_numpy(mask)}
    if "token_type_ids" in model.tokenizer.model_input_names:
        features["token_type_ids"] = torch.zeros_like(features["input_ids"])
    return features


@lru_cache(maxsize=2)
def _reads_tokens_alone(model: Any) -> bool:
    """Say whether a model reads what its tokenizer gives and nothing else, such as a prompt, which is tried out."""
    tokenizer: Any = getattr(model, "tokenizer", None)
    changed = getattr(model, "default_prompt_name", None) or getattr(model, "truncate_dim", None)
    if changed or not getattr(tokenizer, "is_fast", False) or tokenizer.pad_token_id is None:
        return False
    if tokenizer.padding_side != "right" or model.max_seq_length is None:
        return False
    told = model.preprocess(list(_SHOWN))
    made = _model_input(model, _token_ids(model, _SHOWN))
    tensors = {name: value for name, value in told.items() if hasattr(value, "shape")}
    return tensors.keys() == made.keys() and all(
        value.shape == made[name].shape and bool((value == made[name]).all()) for name, value in tensors.items()
    )

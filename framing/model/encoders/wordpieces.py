"""The tokens of an encoder whose tokenizer is WordPiece in lower case, as BERT's is."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from framing.errors import EncoderError
from framing.model.encoders.sentence import SentenceEncoder
from framing.model.encoders.weights import find_weights


def wordpieces_of(encoder: Any) -> list[str] | None:
    """Return an encoder's tokens in their order, those that nothing uses left out; ``None`` where it has others."""
    if not isinstance(encoder, SentenceEncoder):
        return None
    try:
        folder = Path(find_weights(encoder.model, encoder.revision)[0])
        told = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
        if told["model"]["type"] != "WordPiece" or not told["normalizer"]["lowercase"]:
            return None
        return [token for token in told["model"]["vocab"] if not token.startswith("[unused")]
    except (OSError, ValueError, KeyError, TypeError, EncoderError):
        return None

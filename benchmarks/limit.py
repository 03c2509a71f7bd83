"""How far a path is from what this machine's products of matrices allow: floating-point operations a processor second.

The rates are measured on products of the size that the encoder's layers have, without anything between them; what an
encoder cannot be faster than is its own products at that rate.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

_TOKENS = 1024  # rows of a product: tokens of a batch
_SECONDS = 1.0


def flops(tokens: list[int], layers: int, width: int, inner: int) -> float:
    """Return the operations of a transformer's matrix products for texts of so many tokens.

    Parameters
    ----------
    tokens
        Of each text.
    layers, width, inner
        Of the encoder: how many layers, numbers a token, and numbers a token between the two dense layers.

    Examples
    --------
    >>> flops([1], layers=1, width=2, inner=8)  # four products of 2 x 2, two of 2 x 8, attention to one token
    104.0
    """
    dense = 2 * (4 * width * width + 2 * width * inner)
    return float(layers * sum(n * (dense + 4 * n * width) for n in tokens))


def numpy_rate(width: int, inner: int) -> float:
    """Return the operations a processor second of numpy's products in float32."""
    A, B = (np.random.default_rng(0).random(shape, dtype=np.float32) for shape in ((_TOKENS, width), (width, inner)))
    return _rate(lambda: A @ B, 2 * _TOKENS * width * inner)


def openvino_rate(width: int, inner: int, precision: str) -> float:
    """Return the same of OpenVINO, in ``"f32"`` or ``"bf16"``."""
    import openvino
    from openvino import opset13

    given = opset13.parameter([_TOKENS, width], np.float32)
    found, pairs = given, 8
    for _ in range(pairs):  # one after the other, so that what a call costs besides is little of it
        for shape in ((width, inner), (inner, width)):
            weights = np.random.default_rng(0).random(shape, dtype=np.float32) / shape[0]
            found = opset13.matmul(found, opset13.constant(weights), False, False)
    model = openvino.Model([found], [given], "products")
    options = {"INFERENCE_PRECISION_HINT": precision, "INFERENCE_NUM_THREADS": 1, "NUM_STREAMS": 1}
    compiled = openvino.Core().compile_model(model, "CPU", options)
    rows = np.random.default_rng(0).random((_TOKENS, width), dtype=np.float32)
    return _rate(lambda: compiled([rows]), pairs * 2 * 2 * _TOKENS * width * inner)


def _rate(work: Callable[[], Any], operations: float) -> float:
    """Return the highest rate of several stretches: what disturbs makes it only lower."""
    work()
    rates = []
    for _ in range(5):
        start, times = time.process_time(), 0
        while (taken := time.process_time() - start) < _SECONDS / 5:
            work()
            times += 1
        rates.append(times * operations / taken)
    return max(rates)

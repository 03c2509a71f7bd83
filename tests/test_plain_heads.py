"""Heads of logistic regressions are read by numpy alone, as skops reads them."""

from __future__ import annotations

import subprocess
import sys

import numpy as np

from framing.model.plain_heads import read_plain_heads
from framing.resources import SHIPPED_MODELS, model_path


def test_plain_heads_are_read_without_skops_as_skops_reads_them():
    import skops.io

    for model in SHIPPED_MODELS:
        for task in ("frames", "stance"):
            file = model_path(model) / task / "heads.skops"
            ours, theirs = read_plain_heads(file)["heads"], skops.io.load(file)["heads"]
            assert ours.keys() == theirs.keys()
            for one, other in zip(ours["embedding"], theirs["embedding"], strict=True):
                assert one.get_params() == other.get_params()
                np.testing.assert_array_equal(one.coef_, other.coef_)
                np.testing.assert_array_equal(one.intercept_, other.intercept_)


def test_other_heads_are_left_to_skops(tmp_path):
    import skops.io
    from sklearn.neighbors import KNeighborsClassifier

    skops.io.dump({"heads": {"words": [KNeighborsClassifier()]}, "encoders": {}}, tmp_path / "heads.skops")
    assert read_plain_heads(tmp_path / "heads.skops") is None
    (tmp_path / "no.skops").write_bytes(b"PK")
    assert read_plain_heads(tmp_path / "no.skops") is None


def test_a_model_is_loaded_without_torch_scikit_learn_or_scipy():
    code = (
        "import sys; from framing import Predictor; Predictor.load('shipped')\n"
        "print(*sorted({'torch', 'sklearn', 'scipy', 'skops', 'transformers', 'pandas'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "\n"

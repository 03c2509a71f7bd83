"""Agreement of coders: known values, missing codes, and what cannot be compared."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from framing.errors import InputError
from framing.measure.agreement import agreement, krippendorff_alpha
from framing.records import Sentence
from tests.command import framing
from tests.small import BOOK


def coded(codes, stances=(), **more):
    """Sentences s0, s1, ... with frames, and stances toward the harbour."""
    return [
        Sentence(f"s{i}", frames=frames, target="the harbour", stance=stance, **more)
        for i, (frames, stance) in enumerate(zip(codes, [*stances, *[None] * len(codes)], strict=False))
    ]


def test_two_coders_by_hand():
    # Four codes of eight are 1; the coders differ on one sentence of four: 1 - (2/8) / (2 * 4 * 4 / (8 * 7)).
    assert krippendorff_alpha(np.array([[1, 1, 0, 0], [1, 1, 1, 0]])) == pytest.approx(1 - 2 / (2 * 5 * 3 / 7))
    assert krippendorff_alpha(np.array([[1, 0], [1, 0]])) == 1
    assert np.isnan(krippendorff_alpha(np.array([[1, 1], [1, 1]])))


@pytest.mark.parametrize("seed", range(6))
def test_alpha_equals_the_reference_implementation(seed):
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 3, (3, 40)).astype(float)
    codes[rng.random(codes.shape) < 0.3] = np.nan
    expected = krippendorff.alpha(codes, level_of_measurement="nominal")
    assert krippendorff_alpha(codes) == pytest.approx(expected, abs=1e-12)


def test_each_frame_and_the_stance_are_compared_where_two_coders_coded():
    first = coded([("gain",), ("gain", "risk"), (), ()], ["favor", "against", "neutral", "neutral"])
    second = coded([("gain",), ("gain",), ()], ["favor", "against", "favor"])
    found = agreement({"a": first, "b": second}, BOOK, n_replicates=20)
    assert list(found) == ["gain", "risk", "stance"]
    assert found["gain"].units == 3
    assert (found["gain"].percent.value, found["gain"].alpha.value) == (1, 1)
    assert found["risk"].counts == {"a": 1, "b": 0}
    assert found["risk"].percent.value == pytest.approx(2 / 3)
    assert found["risk"].alpha.value == pytest.approx(0)
    assert found["stance"].percent.value == pytest.approx(2 / 3)
    assert found["stance"].counts == {"a": 3, "b": 3}


def test_a_label_that_a_coder_did_not_look_at_is_no_disagreement():
    first, second = coded([("gain",), ()]), coded([("gain",), ()], coded=("gain",))
    assert list(agreement({"a": first, "b": second}, BOOK, n_replicates=5)) == ["gain"]


def test_stances_toward_other_targets_are_not_compared():
    one = [Sentence("s", target="the harbour", stance="favor"), Sentence("t", frames=())]
    other = [Sentence("s", target="the ropes", stance="against"), Sentence("t", frames=())]
    assert "stance" not in agreement({"a": one, "b": other}, BOOK, n_replicates=5)


def test_the_interval_resamples_groups():
    codes = [("gain",), (), ("gain",), ()]
    together = agreement({"a": coded(codes, group="g"), "b": coded([("gain",), (), (), ()])}, BOOK, n_replicates=50)
    assert together["gain"].percent.interval() == (0.75, 0.75)
    apart = agreement({"a": coded(codes), "b": coded([("gain",), (), (), ()])}, BOOK, n_replicates=50)
    low, high = apart["gain"].percent.interval()
    assert low < 0.75 < high


@pytest.mark.parametrize(
    ("codings", "said"),
    [
        ({"a": coded([()])}, "at least two coders"),
        ({"a": coded([()]), "b": [Sentence("other", frames=())]}, "no sentence was coded by two of a, b"),
        ({"a": [*coded([()]), *coded([("gain",)])], "b": coded([()])}, "a: two codes of frames for 's0'"),
    ],
)
def test_what_cannot_be_compared(codings, said):
    with pytest.raises(InputError, match=said):
        agreement(codings, BOOK)


def test_the_command_prints_a_table(tmp_path):
    for name, row in (("ann", '["security_threat"]'), ("ben", "[]")):
        lines = ['{"text": "It pays.", "frames": ["economic_opportunity"]}', f'{{"text": "So.", "frames": {row}}}']
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = framing("data", "agreement", "ann.jsonl", "ben.jsonl", cwd=tmp_path)
    assert result.code == 0, result.err
    table = {line.split()[0]: line.split()[1:] for line in result.out.splitlines() if "_" in line}
    assert table["economic_opportunity"] == ["2", "1", "1", "1.000", "1.000", "[1.000,", "1.000]"]
    assert table["security_threat"][:4] == ["2", "1", "0", "0.500"]
    alone = framing("data", "agreement", "ann.jsonl", cwd=tmp_path)
    assert alone.code == 2
    assert "at least two coders" in alone.err

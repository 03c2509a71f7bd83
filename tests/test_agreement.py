"""Agreement of coders: known values, missing codes, and what cannot be compared."""

from __future__ import annotations

import krippendorff
import numpy as np
import pytest

from framing.errors import InputError
from framing.measure.agreement import agreement, compare_pairs, krippendorff_alpha
from framing.measure.chance import gwet_coefficients, masi_distance, masi_distances, value_counts
from framing.measure.matching import match_units
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
    assert list(found) == ["gain", "risk", "frames", "stance"]
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


def test_the_command_prints_a_table(tmp_path, monkeypatch):
    monkeypatch.setenv("COLUMNS", "120")
    for name, row in (("ann", '["security_threat"]'), ("ben", "[]")):
        lines = ['{"text": "It pays.", "frames": ["economic_opportunity"]}', f'{{"text": "So.", "frames": {row}}}']
        (tmp_path / f"{name}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    result = framing("data", "agreement", "ann.jsonl", "ben.jsonl", cwd=tmp_path)
    assert result.code == 0, result.err
    table = {line.split()[0]: line.split()[1:] for line in result.out.splitlines() if "_" in line}
    alpha, others = ["1.000", "[1.000,", "1.000]"], ["1.000", "1.000"]
    assert table["economic_opportunity"] == ["2", "1", "1", "1.000", *alpha, *others]
    assert table["security_threat"][:4] == ["2", "1", "0", "0.500"]
    alone = framing("data", "agreement", "ann.jsonl", cwd=tmp_path)
    assert alone.code == 2
    assert "at least two coders" in alone.err


# Twelve units and four raters: K. Krippendorff's example (2011), with which K. L. Gwet shows his coefficient too.
_ = np.nan
RATERS = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, _, _, _],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, _, _],
        [_, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, 3],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, _],
    ]
)


def test_the_published_example_gives_the_published_coefficients():
    assert krippendorff_alpha(RATERS) == pytest.approx(0.743, abs=0.0005)
    counts = value_counts(RATERS - 1, 5)
    assert gwet_coefficients(counts, np.ones((1, 12)), 1 - np.eye(5), 5)[0] == pytest.approx(0.775, abs=0.0005)


def test_label_sets_are_as_far_apart_as_masi_says():
    a, ab, bc, nothing = (frozenset(labels) for labels in ("a", "ab", "bc", ""))
    assert masi_distance(ab, ab) == masi_distance(nothing, nothing) == 0
    assert masi_distance(a, ab) == pytest.approx(1 - 1 / 2 * 2 / 3)
    assert masi_distance(ab, bc) == pytest.approx(1 - 1 / 3 * 1 / 3)
    assert masi_distance(a, bc) == masi_distance(a, nothing) == 1


@pytest.mark.parametrize("seed", range(3))
def test_alpha_of_label_sets_equals_the_reference_implementation(seed):
    rng = np.random.default_rng(seed)
    sets = [(), ("gain",), ("risk",), ("gain", "risk")]
    picked = rng.integers(0, 4, (2, 30))
    codings = {name: coded([sets[i] for i in row]) for name, row in zip("ab", picked, strict=True)}
    distances = masi_distances([frozenset(s) for s in sets])
    expected = krippendorff.alpha(
        picked, value_domain=[0, 1, 2, 3], level_of_measurement=lambda v1, v2, **_: distances[v1, v2]
    )
    assert agreement(codings, BOOK, n_replicates=1)["frames"].alpha.value == pytest.approx(expected, abs=1e-12)


def test_over_all_f1_is_the_mean_of_labels_and_rare_labels_keep_their_ac1():
    first = coded([("gain",), *[()] * 9])
    second = coded([("gain", "risk"), *[()] * 9])
    found = agreement({"a": first, "b": second}, BOOK, n_replicates=10)
    assert (found["gain"].f1.value, found["risk"].f1.value, found["frames"].f1.value) == (1, 0, 0.5)
    # Of risk one code of twenty: alpha finds nothing beyond chance, AC1 takes 2 * 0.05 * 0.95 for chance.
    assert found["risk"].alpha.value == pytest.approx(0)
    assert found["risk"].ac1.value == pytest.approx((0.9 - 0.095) / (1 - 0.095))


def test_each_two_coders_are_compared_by_themselves():
    codings = {"a": coded([("gain",), ()]), "b": coded([("gain",), ()]), "c": coded([(), ("gain",)])}
    found = compare_pairs(match_units({**codings, "d": [Sentence("alone", frames=())]}), BOOK, n_replicates=5)
    assert {pair: one["gain"].percent.value for pair, one in found.items()} == {
        ("a", "b"): 1,
        ("a", "c"): 0,
        ("b", "c"): 0,
    }


def test_the_command_gives_pairs_and_numbers_to_go_on_with(tmp_path):
    text = "coder,text,frames\n" + "".join(f"{coder},It pays.,gain\n{coder},So.,none\n" for coder in "abc")
    (tmp_path / "long.csv").write_text(text, encoding="utf-8")
    (tmp_path / "book.yaml").write_text("name: b\nframes: [gain, risk]\n", encoding="utf-8")
    answer = framing(
        "data", "agreement", "long.csv", "--codebook", "book.yaml", "--pairs", "--format", "csv", cwd=tmp_path
    )
    header, *rows = answer.out.splitlines()
    assert header == "coders,label,units,equal,alpha,alpha_low,alpha_high,ac1,ac1_low,ac1_high,f1,f1_low,f1_high"
    assert [row.split(",")[0] for row in rows[::3]] == ["all", "a and b", "a and c", "b and c"]
    assert rows[0].startswith("all,gain,2,1.0,1.0,")
    assert rows[1] == "all,risk,2,1.0,,,,1.0,1.0,1.0,,,"  # nobody gave it

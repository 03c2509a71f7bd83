"""From labels to a measurement, as it is typed: draw, code, measure; and what is refused."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from framing.corpus.dataset import read_sentences
from framing.errors import InputError
from framing.records import Prediction, Sentence
from framing.report.formats import predictions_csv, predictions_jsonl
from framing.shares.budget import needed
from framing.shares.corpus import corpus_of, groups_of
from framing.shares.draw import draw_sentences, draw_units
from framing.shares.gold import check_balance, gold_of, places_of
from framing.shares.table import share_table
from tests.command import contents, framing

FRAMES = ("economic_opportunity", "security_threat")
TRUTH: dict[str, tuple[str, ...]] = {}


def corpus() -> list[Prediction]:
    """1,200 sentences in 300 documents of three outlets; the model misses half of the threats."""
    rng = np.random.default_rng(3)
    predictions = []
    for i in range(1200):
        gain, threat = rng.random() < 0.3, rng.random() < 0.2
        proba = {FRAMES[0]: 0.8 if gain else 0.1, FRAMES[1]: 0.7 if threat and rng.random() < 0.5 else 0.1}
        text = f"Sentence number {i} of all."
        TRUTH[text] = tuple(name for name, there in zip(FRAMES, (gain, threat), strict=True) if there)
        document = i // 4
        place = {"doc_id": f"{document}.txt", "position": i % 4, "source": ("Herald", "Post", "Times")[document % 3]}
        sentence = Sentence(text, **place, date=f"2026-0{1 + document % 2}-03")
        predictions.append(Prediction(sentence, proba, tuple(name for name, p in proba.items() if p > 0.5)))
    return predictions


@pytest.fixture
def study(tmp_path: Path) -> Path:
    (tmp_path / "predicted.jsonl").write_text(predictions_jsonl(corpus()), encoding="utf-8")
    return tmp_path


def draw(study: Path, *options: str) -> None:
    files = ("-o", "sample.jsonl", "--coding-sheet", "sheet.csv")
    answer = framing("data", "sample", "predicted.jsonl", *files, *options, cwd=study)
    assert answer.code == 0, answer.err


def code(study: Path, sheet: str = "sheet.csv") -> None:
    """Do what a coder does: fill the cells of ``frames``."""
    with (study / sheet).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    with (study / "coded.csv").open("w", encoding="utf-8") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(row | {"frames": ";".join(TRUTH[row["text"]]) or "none"} for row in rows)


def measure(study: Path, *options: str, command: str = "shares"):
    return framing(command, "predicted.jsonl", "--gold", "coded.csv", *options, cwd=study)


def test_from_a_draw_to_corrected_shares(study):
    draw(study, "-n", "300", "--by", "source,month", "--seed", "1")
    code(study)
    answer = measure(study, "--sample", "sample.jsonl", "--format", "json")
    assert answer.code == 0, answer.err
    rows = {(row["label"], row["estimator"]): row for row in json.loads(answer.out)["shares"]}
    true = np.mean([FRAMES[1] in frames for frames in TRUTH.values()])
    assert rows[FRAMES[1], "naive"]["high"] < true
    for estimator in ("coded_only", "corrected"):
        assert rows[FRAMES[1], estimator]["low"] < true < rows[FRAMES[1], estimator]["high"]
    # Of what the model sees without an error, all that is left is what nobody has seen yet.
    good = rows[FRAMES[0], "corrected"]
    assert good["high"] - good["low"] < 0.7 * (
        rows[FRAMES[0], "coded_only"]["high"] - rows[FRAMES[0], "coded_only"]["low"]
    )


def test_a_table_has_room_in_eighty_columns(study, monkeypatch):
    monkeypatch.setenv("COLUMNS", "80")
    draw(study, "-n", "300", "--by", "source,month")
    code(study)
    answer = measure(study, "--sample", "sample.jsonl", "--by", "source", "--by", "month", "--differences")
    assert answer.code == 0, answer.err
    assert max(map(len, answer.out.splitlines())) <= 80
    assert "economic_opportunity: the model saved codes: 300 with it tell as much as" in " ".join(answer.out.split())
    assert "security_threat: more than in 2026-01, points" in answer.out


def test_small_groups_are_not_told(study):
    draw(study, "-n", "100", "--by", "source")
    code(study)
    answer = measure(study, "--sample", "sample.jsonl", "--by", "source,month", "--format", "csv")
    rows = list(csv.DictReader(answer.out.splitlines()))
    groups = [row for row in rows if row["by"] == "source,month" and row["estimator"] == "corrected"]
    assert [(row["share"], row["note"]) for row in groups] == [("", "too few")] * 12
    assert {(row["source"], row["month"]) for row in groups} >= {("Herald", "2026-01"), ("Post", "2026-02")}


def test_a_model_that_says_nothing_is_said_to_save_nothing(study):
    useless = [Prediction(p.sentence, {FRAMES[0]: 0.5}, ()) for p in corpus()]
    (study / "predicted.jsonl").write_text(predictions_jsonl(useless), encoding="utf-8")
    draw(study, "-n", "100")
    code(study)
    said = measure(study, "--sample", "sample.jsonl").out
    assert "economic_opportunity: corrected is no better than coded only" in said


def test_a_sheet_shows_neither_the_models_answer_nor_the_probability_of_the_draw(study):
    draw(study, "-n", "40", "--enrich", FRAMES[1], "--double", "0.25")
    rows = list(csv.DictReader((study / "sheet.csv").read_text().splitlines()))
    assert list(rows[0]) == ["doc_id", "position", "headline", "previous", "text", "frames", "comment"]
    assert {row["frames"] for row in rows} == {""}
    second = list(csv.DictReader((study / "sheet-second.csv").read_text().splitlines()))
    assert len(second) == 10
    assert all(row in rows for row in second)


def test_a_sheet_for_label_studio_comes_with_its_interface(study):
    answer = framing(
        *["data", "sample", "predicted.jsonl", "-n", "5", "-o", "s.jsonl", "--coding-sheet", "s.json"], cwd=study
    )
    assert answer.code == 0, answer.err
    tasks = json.loads((study / "s.json").read_text())
    assert [set(task["data"]) for task in tasks] == [{"doc_id", "position", "headline", "previous", "text"}] * 5
    assert "value='security_threat'" in (study / "s.xml").read_text()


def test_the_same_seed_draws_the_same_rows_and_another_one_others(study):
    first, again, other = (
        [s.text for s in draw_sentences([p.sentence for p in corpus()], [""] * 1200, 50, seed=seed)]
        for seed in (0, 0, 1)
    )
    assert first == again != other


def test_probabilities_are_those_with_which_rows_are_drawn():
    scores = np.repeat([0.01, 0.9], [90, 10])
    counts: Counter[int] = Counter()
    for seed in range(400):
        drawn = draw_units([""] * 100, 20, scores, seed)
        counts.update(drawn.chosen.tolist())
        # Half by size, half by size times the root of the score: 9 + 4.9 of the ninety, 1 + 5.1 of the ten.
        assert Counter(drawn.probability.round(6).tolist()) == {round(14 / 90, 6): 14, 0.6: 6}
    assert np.mean([counts[i] / 400 for i in range(90)]) == pytest.approx(14 / 90)
    assert np.mean([counts[i] / 400 for i in range(90, 100)]) == pytest.approx(0.6)
    assert max(abs(counts[i] / 400 - 14 / 90) for i in range(90)) < 0.09


def test_a_sample_by_document_has_whole_documents():
    sentences = [p.sentence for p in corpus()]
    drawn = draw_sentences(sentences, [s.source for s in sentences], 30, documents=True)
    assert Counter(Counter(s.doc_id for s in drawn).values()) == {4: 30}
    assert {s.sample_probability for s in drawn} == {0.1}
    assert Counter(s.source for s in drawn) == {"Herald": 40, "Post": 40, "Times": 40}


def test_neighbouring_months_are_put_together_where_one_is_too_small_to_draw_two_from():
    drawn = draw_units([f"2026-{month:02}" for month in range(1, 13) for _ in range(5)], 6)
    assert Counter(drawn.stratum.tolist()) == {1: 2, 2: 2, 3: 2}


def test_how_a_row_was_drawn_goes_through_every_file(study):
    draw(study, "-n", "20", "--by", "source")
    sample = read_sentences(study / "sample.jsonl")
    assert {s.sample_probability for s in sample} != {None}
    predicted = [Prediction(s, {FRAMES[0]: 0.2}) for s in sample]
    (study / "again.csv").write_text(predictions_csv(predicted), encoding="utf-8")
    back = read_sentences(study / "again.csv")
    assert [s.sample_probability for s in back] == [s.sample_probability for s in sample]
    assert [str(s.extra["sample_stratum"]) for s in back] == [s.extra["sample_stratum"] for s in sample]
    answer = framing(*["data", "dehydrate", "sample.jsonl", "-o", "codes.jsonl"], cwd=study)
    assert answer.code == 0, answer.err
    shared = [json.loads(line) for line in (study / "codes.jsonl").read_text().splitlines()]
    rows = [row for row in shared if "sample_probability" in row]
    assert [row["sample_probability"] for row in rows] == [s.sample_probability for s in sample]


@pytest.mark.parametrize(
    ("change", "options", "said"),
    [
        (None, (), "no sample_probability: nobody says how these rows were drawn"),
        ("text", ("--sample", "sample.jsonl"), "text or segmentation changed since they were coded"),
        ("twice", ("--sample", "sample.jsonl"), "is coded twice"),
        ("empty", ("--sample", "sample.jsonl"), "no row has codes in 'frames'"),
        ("label", ("--sample", "sample.jsonl"), "unknown frame 'gain'"),
        ("codebook", ("--sample", "sample.jsonl"), "definitions or labels changed since"),
        (None, ("--sample", "sample.jsonl", "--by", "colour"), "unknown column 'colour'"),
        (None, ("--sample", "sample.jsonl", "--frame", "gain"), "unknown frame 'gain'"),
        (None, ("--sample", "none.jsonl"), "none.jsonl: no such file"),
        (None, ("--sample", "sample.jsonl", "-o", "no/where.txt"), "cannot be written"),
        (None, ("--sample", "sample.jsonl", "--trained-on", "coded.csv"), "the model learned from 60 of 60 coded rows"),
    ],
)
def test_what_would_give_wrong_shares_is_refused_in_one_line(study, change, options, said):
    draw(study, "-n", "60")
    code(study)
    coded = study / "coded.csv"
    lines = coded.read_text().splitlines()
    if change == "text":
        coded.write_text("\n".join([lines[0], lines[1].replace("of all", "of some"), *lines[2:]]))
    if change == "twice":
        coded.write_text("\n".join([*lines, lines[5]]))
    if change == "empty":
        coded.write_text((study / "sheet.csv").read_text())
    if change == "label":
        coded.write_text("\n".join([lines[0], lines[1].rpartition(",")[0].rpartition(",")[0] + ",gain,"]))
    if change == "codebook":
        sample = (study / "sample.jsonl").read_text()
        (study / "sample.jsonl").write_text(sample.replace('"sample_codebook": "', '"sample_codebook": "0'))
    before = contents(study)
    answer = measure(study, *options)
    assert answer.code == 1
    assert said in answer.err
    assert len([line for line in answer.err.splitlines() if line.startswith("error:")]) == 1
    assert contents(study) == before


def test_coded_rows_that_were_picked_are_no_sample():
    predictions = corpus()
    table, rows = corpus_of(predictions)
    picked = [p.sentence for p in predictions if FRAMES[0] in p.frames][:60] + [p.sentence for p in predictions][:40]
    coded = [Sentence(**{**vars(s), "frames": TRUTH[s.text]}) for s in {s.text: s for s in picked}.values()]
    gold = gold_of(rows, coded, table.labels, is_random=True)
    with pytest.raises(
        InputError, match="is no random sample of the predictions: the model's mean probability of econ"
    ):
        check_balance(gold, table.proba, table.labels, table.units)


def test_a_sample_of_another_corpus_is_told_by_its_weights():
    rows = [Prediction(Sentence(f"Sentence {i}."), {"gain": 0.5}) for i in range(100)]
    coded = [Sentence(f"Sentence {i}.", frames=(), sample_probability=0.01) for i in range(40)]
    with pytest.raises(InputError, match="these rows stand for 4,000, there are 100 predictions"):
        gold_of(rows, coded, ["gain"])


def test_a_coded_row_whose_document_became_a_decimal_number_finds_its_sentence():
    among = [Sentence("Yes.", doc_id="7"), Sentence("Yes.", doc_id="8")]
    assert places_of([Sentence("Yes.", doc_id="8.0"), Sentence("Yes.", doc_id="7")], among, "gold").tolist() == [1, 0]


def test_a_text_that_stands_twice_is_told_by_its_place():
    among = [Sentence("Yes.", doc_id="a", position=i) for i in (1, 4)]
    assert places_of([Sentence("Yes.", doc_id="a", position=4)], among, "gold").tolist() == [1]
    with pytest.raises(InputError, match="stands several times in the predictions"):
        places_of([Sentence("Yes.")], among, "gold")


def test_labels_that_were_not_looked_at_are_not_counted_as_absent():
    predictions = corpus()[:200]
    table, rows = corpus_of(predictions)
    coded = [
        Sentence(**{**vars(p.sentence), "frames": (FRAMES[0],), "coded": (FRAMES[0],), "sample_probability": 0.5})
        for p in predictions[::2]
    ]
    gain, threat = share_table(table, gold_of(rows, coded, table.labels), []).rows
    assert (gain.coded, gain.coded_only.value) == (100, 1.0)
    assert (threat.coded, threat.note) == (0, "too few")


def test_groups_are_every_combination_that_occurs():
    groups = groups_of(corpus(), ["source", "month"])
    assert [len(groups.names), groups.names[0]] == [6, ("Herald", "2026-01")]


def test_a_quarter_of_the_width_takes_sixteen_times_the_codes_less_what_a_small_corpus_saves():
    assert needed(0.08, 100, 10**9, 0.02) == 1600
    # S² is as in (1/100 - 1/1000): 16 / 9 of a half of 0.08 is 1/n' - 1/1000 = 0.0005625.
    assert needed(0.08, 100, 1000, 0.02) == 640
    assert needed(0.01, 100, 10**9, 0.02) == 25


def test_a_budget_says_how_many_more(study):
    draw(study, "-n", "200")
    code(study)
    answer = measure(study, "--sample", "sample.jsonl", "--margin", "0.03", "--by", "source", command="budget")
    assert answer.code == 0, answer.err
    first = answer.out.splitlines()[2].split()
    assert first[:3] == ["all", "economic_opportunity", "200"]
    assert int(first[-2]) - 200 == int(first[-1]) or first[-1] == "0"
    wrong = measure(study, "--sample", "sample.jsonl", "--margin", "3", command="budget")
    assert (wrong.code, "--margin 3.0: expected a share between 0 and 0.5" in wrong.err) == (1, True)


def test_a_course_over_months_has_a_slope(study):
    rows = [json.loads(line) for line in (study / "predicted.jsonl").read_text().splitlines()]
    for row in rows:
        row["date"] = f"2026-0{1 + int(row['doc_id'].removesuffix('.txt')) // 60}-03"
    (study / "predicted.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    draw(study, "-n", "400", "--by", "month")
    code(study)
    answer = measure(study, "--sample", "sample.jsonl", "--by", "month", "--differences", "--format", "json")
    found = [row for row in json.loads(answer.out)["shares"] if row["group"] == "per month"]
    shares = {row["group"]: row["share"] for row in json.loads(answer.out)["shares"] if _is_plain(row)}
    # Five months: weights -2, -1, 0, 1, 2 by 10.
    by_hand = sum((month - 3) / 10 * shares[f"2026-0{month}"] for month in range(1, 6))
    assert len(found) == 6
    assert found[2]["share"] == pytest.approx(by_hand, abs=1e-5)


def _is_plain(row: dict) -> bool:
    return row["label"] == FRAMES[0] and row["estimator"] == "corrected" and row["by"] == "month" and not row["against"]


def test_whole_documents_and_a_population_beyond_them_have_wider_intervals(study):
    draw(study, "-n", "60", "--documents")
    code(study)
    widths = []
    for options in ((), ("--beyond",), ("--together",)):
        answer = measure(study, "--sample", "sample.jsonl", "--format", "json", *options)
        assert answer.code == 0, answer.err
        row = next(
            r for r in json.loads(answer.out)["shares"] if r["estimator"] == "corrected" and r["label"] == FRAMES[1]
        )
        widths.append(row["high"] - row["low"])
    assert widths[1] > widths[0]
    assert widths[2] > widths[0]


def test_predictions_of_folds_are_counted_and_said(study):
    draw(study, "-n", "60")
    code(study)
    rows = [json.loads(line) | {"cross_fitted": True} for line in (study / "predicted.jsonl").read_text().splitlines()]
    (study / "predicted.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    answer = measure(study, "--sample", "sample.jsonl", "--trained-on", "coded.csv")
    assert "cross-fitted: the model learned from 60 of the coded rows" in answer.out


def test_a_random_sample_is_hardly_ever_refused():
    predictions = corpus()
    table, rows = corpus_of(predictions)
    for seed in range(100):
        coded = draw_sentences([p.sentence for p in predictions], [""] * len(predictions), 60, seed=seed)
        coded = [Sentence(**{**vars(s), "frames": TRUTH[s.text]}) for s in coded]
        check_balance(gold_of(rows, coded, table.labels), table.proba, table.labels, table.units)


def test_the_figure_of_shares_comes_with_its_numbers(study):
    draw(study, "-n", "200", "--by", "source")
    code(study)
    options = ["--sample", "sample.jsonl", "--by", "source", "-o", "shares.svg", "--data", "shares.csv"]
    answer = framing("plot", "shares", "predicted.jsonl", "--gold", "coded.csv", *options, cwd=study)
    assert answer.code == 0, answer.err
    assert ">Herald" in (study / "shares.svg").read_text()
    rows = list(csv.DictReader((study / "shares.csv").read_text().splitlines()))
    assert Counter(row["estimator"] for row in rows) == dict.fromkeys(("naive", "coded_only", "corrected"), 8)

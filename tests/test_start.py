"""Before anything is coded, labels are guessed by the codebook's words, and it is told how good that is."""

from __future__ import annotations

import json

import numpy as np
import pytest

from framing import Codebook
from framing.errors import InputError
from framing.model.encoders import WordVectorizer
from framing.model.prototypes import calibrated, likeness, prototypes, vectors
from tests.command import framing
from tests.small import sentences

BOOK = {
    "name": "harbour",
    "frames": {
        "gain": {"definition": "Markets and profit.", "examples": ["Merchants welcome the profit of new markets."]},
        "risk": {"definition": "Warships threaten.", "examples": ["An attack of warships."]},
    },
}


def test_a_sentence_is_likest_to_the_label_whose_words_it_has():
    encoder = WordVectorizer(min_df=1)
    P = prototypes(encoder, Codebook.from_dict(BOOK))
    found = likeness(vectors(encoder, ["profit of markets", "warships attack", "ropes"]), P)
    assert found.argmax(axis=0).tolist() == [0, 1]
    assert found.mean(axis=0) == pytest.approx([0, 0])


def test_a_label_without_words_is_told():
    with pytest.raises(InputError, match="risk has neither a definition nor examples"):
        prototypes(
            WordVectorizer(min_df=1), Codebook.from_dict({"name": "b", "frames": {"gain": "It pays.", "risk": ""}})
        )


def test_coded_rows_make_probabilities_and_a_label_with_few_keeps_its_share():
    y = np.repeat([[1.0, 1.0], [0.0, 0.0]], [20, 20], axis=0)
    y[3:, 1] = 0.0  # three positives
    scores = np.where(y == 1, 2.0, -2.0)
    held_out, proba = calibrated(scores, y, np.array([[2.0, 2.0], [-2.0, -2.0]]))
    assert held_out[:20, 0].min() > 0.9 > 0.1 > held_out[20:, 0].max()
    assert proba[0, 0] > 0.9 > 0.1 > proba[1, 0]
    assert proba[:, 1] == pytest.approx([3 / 40, 3 / 40])


@pytest.fixture
def corpus(tmp_path):
    import yaml

    rows = [s.to_row() for s in sentences(8)]
    (tmp_path / "coded.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    (tmp_path / "mine.yaml").write_text(yaml.safe_dump(BOOK), encoding="utf-8")
    text = "text\nNew markets bring profit.\nWarships attack.\n"
    (tmp_path / "corpus.csv").write_text(text, encoding="utf-8")
    return tmp_path


def start(folder, *more):
    # Columns of the coded file are read as they are, but for its stance, which the codebook does not know.
    options = ("--encoder", "tfidf", "--column", "stance=", "--column", "target=")
    return framing("codebook", "start", "mine.yaml", "corpus.csv", *options, *more, cwd=folder)


def test_the_command_guesses_and_says_how_good_that_is(corpus):
    answer = start(corpus, "-o", "start.jsonl")
    assert answer.code == 0, answer.err
    assert "nobody knows how good" in answer.err
    rows = [json.loads(line) for line in (corpus / "start.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [max(row["start_scores"], key=row["start_scores"].get) for row in rows] == ["gain", "risk"]
    assert "frames" not in rows[0]  # a guess is no code
    answer = start(corpus, "--coded", "coded.jsonl")
    assert "mean_ap of 48 coded rows: " in answer.err
    assert "by chance 0.500" in answer.err
    assert json.loads(answer.out.splitlines()[0])["start_proba"]["gain"] > 0.5
    (corpus / "coded.jsonl").write_text('{"text": "So.", "frames": []}\n', encoding="utf-8")
    assert "1 rows are coded for all frames; to calibrate needs 30" in start(corpus, "--coded", "coded.jsonl").err

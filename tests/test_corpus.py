"""The shipped corpus and the coded sample articles keep what their data sheet says."""

from __future__ import annotations

from collections import Counter, defaultdict
from pathlib import Path

import pytest

from framing.codebook import Codebook
from framing.corpus.audit import errors_in, remarks_on
from framing.corpus.dataset import read_sentences
from framing.resources import resource

ROOT = Path(__file__).parent.parent
BOOK = Codebook.load(resource("seeds/codebook.yaml"))
ARTICLES = sorted((ROOT / "seeds" / "articles").glob("*.txt"))


@pytest.fixture(scope="module")
def corpus():
    return read_sentences(resource("data"), BOOK)


def test_structure_repetition_and_skeletons_are_clean(corpus):
    assert [*errors_in(corpus), *remarks_on(corpus)] == []


def test_each_row_says_how_it_came_about(corpus):
    for name in ("genre", "topic", "style", "coded_by"):
        assert not [s.text for s in corpus if not s.extra.get(name)]
    assert {s.extra["coded_by"] for s in corpus} == {"authors"}
    assert len({s.extra["genre"] for s in corpus}) == 20  # kinds of pages, few enough to look at in a table
    assert all(s.group for s in corpus)


def test_frames_are_there_together_and_alone(corpus):
    sets = Counter(frozenset(s.frames) for s in corpus if s.frames is not None)
    total = sum(sets.values())
    assert total >= 4000
    assert sets[frozenset()] >= total / 2
    names = BOOK.frame_names
    for one, other in ((0, 1), (0, 2), (1, 2)):
        assert sum(n for labels, n in sets.items() if {names[one], names[other]} <= labels) >= 80
    assert sets[frozenset(names)] >= 40


def test_minimal_pairs_differ_in_exactly_one_frame(corpus):
    pairs = defaultdict(list)
    for s in corpus:
        if s.frames is not None and s.extra.get("pair"):
            pairs[s.extra["pair"]].append(s)
    assert len(pairs) >= 300
    for one, other in pairs.values():
        assert len(set(one.frames) ^ set(other.frames)) == 1
        assert one.group == other.group


def test_stances_do_not_follow_from_the_text_alone(corpus):
    rows = [s for s in corpus if s.target and s.stance]
    assert len(rows) >= 3000
    assert min(Counter(s.stance for s in rows).values()) >= 700
    assert sum(n > 2 for n in Counter(s.target for s in rows).values()) >= 250
    stances = defaultdict(set)
    for s in rows:
        stances[s.text].add(s.stance)
    assert sum(len(found) > 1 for found in stances.values()) >= 300


def test_context_and_holders(corpus):
    coded = [s for s in corpus if s.frames is not None]
    assert sum(bool(s.headline and s.previous) for s in coded) >= 800
    assert sum(s.holder is not None for s in coded) >= 1000


@pytest.mark.parametrize("article", ARTICLES, ids=lambda path: path.stem)
def test_the_sample_articles_are_coded_sentence_by_sentence(article):
    document = article.read_text(encoding="utf-8")
    rows = read_sentences(article.with_suffix(".jsonl"), BOOK)
    assert all(document[s.start : s.end] == s.text and s.frames is not None and s.stance for s in rows)
    covered = "".join(s.text for s in rows)
    assert [c for c in covered if c.isalnum()] == [c for c in document if c.isalnum()]
    assert {label for s in rows for label in s.frames} == set(BOOK.frame_names)


def test_the_sample_articles_never_train(corpus):
    texts = {s.text for article in ARTICLES for s in read_sentences(article.with_suffix(".jsonl"))}
    assert not texts & {s.text for s in corpus}

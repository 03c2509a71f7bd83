"""Whose content does a sentence convey? Learn the numbers that ship, and score them beside rules.

    python experiments/holders.py train POLNEAR/train.jsonl REAL_NEWS/train.jsonl  # writes framing/holders/numbers.json
    python experiments/holders.py score POLNEAR/dev.jsonl REAL_NEWS/check.jsonl    # logs to MLflow, experiment holders
    python experiments/holders.py written seeds/holders.jsonl                      # the same, on passages that are ours

POLNEAR has the articles of the Political News Attribution Relations corpus (Newell, Margolin and Ruths, 2018;
https://github.com/networkdynamics/PolNeAR), one a line: ``doc_id``, ``text`` and ``attributions`` with the character
offsets of source, cue and content. REAL_NEWS has sentences whose language-model coders said who the holder is. Neither
text is part of this project: without them the script says so and stops. What ships is numbers.

A sentence is attributed where the content attributed in it covers half of its characters without the words that name
the main source and its cue ("Officials fear that X": half of "that X" must be content, and all of it is). The narrower
sense, half of all characters, is ``mainly``. Its holder is the source of the
attribution that covers most of it, and is right where the same head word is found, at that place or as the same name.
The threshold is chosen by folds of the documents of ``train``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from holders_documents import Document, coded, is_right, ours, polnear, words_of
from holders_scores import Judged, by_rules, coders_agree, estimates, judged
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from framing import Sentence
from framing.files import write_whole
from framing.holders.attribution import Mention
from framing.holders.decision import FORMAT, NUMBERS, Decision, Linear, candidate_features, sentence_rows, sigmoid
from framing.holders.finder import HolderFinder, attributions, chosen
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import with_intervals
from framing.text.pipeline import has_pipeline
from framing.tracking import Store, open_run, store_uri

READERS = ("parsed", "plain")
# Set by hand, no search: strength of the penalties, rows in which a feature must be, weight of a sentence.
C_CANDIDATE, C_SENTENCE, AT_LEAST = 0.3, 0.1, 4
WEIGHTS = {"polnear": 1.0, "coded": 0.3, "own": 1.0}
# Of coded sentences this many are read, in the order of a digest.
CODED = 2400
PRECISION = 0.88
# Sentences of our own that train.
OWN = Path(__file__).parent.parent / "seeds" / "holders_train.jsonl"
CONSTRUCTIONS = ("direct", "indirect", "according_to", "belief", "passive", "noun", "continued")


@dataclass(frozen=True)
class Rows:
    """Candidates and sentences of documents as rows to learn from."""

    documents: Sequence[Document]
    reader: str

    def candidates(self) -> tuple[list[dict[str, float]], np.ndarray, np.ndarray, np.ndarray]:
        """Return features, whether it is the holder, the document, and whether the row teaches (is no context)."""
        found, right, of, known = [], [], [], []
        for number, document in enumerate(self.documents):
            for truth, reading in zip(document.truths, document.seen[self.reader], strict=True):
                for features, candidate in zip(candidate_features(reading), reading.candidates, strict=True):
                    found.append(features)
                    known.append(truth is not None)
                    of.append(number)
                    right.append(
                        truth is not None and truth.attributed and is_right(candidate.mention, truth, document.texts)
                    )
        return found, np.array(right), np.array(of), np.array(known)

    def sentences(self, scores: np.ndarray) -> tuple[list[dict[str, float]], np.ndarray, np.ndarray, np.ndarray]:
        """Return features, whether it is attributed, the document, and whether the row teaches."""
        found, truths, of, at = [], [], [], 0
        for number, document in enumerate(self.documents):
            own = []
            for reading in document.seen[self.reader]:
                own.append(list(scores[at : at + len(reading.candidates)]))
                at += len(reading.candidates)
            found.extend(sentence_rows(document.seen[self.reader], own))
            truths.extend(document.truths)
            of.extend([number] * len(document.truths))
        known = np.array([truth is not None for truth in truths])
        return found, np.array([truth is not None and truth.attributed for truth in truths]), np.array(of), known


def fitted(features: Sequence[dict[str, float]], y: np.ndarray, weights: np.ndarray, C: float) -> Linear:
    """Fit a logistic regression over the features that are in enough rows."""
    seen = Counter(name for row in features for name in row)
    kept = {name for name, count in seen.items() if count >= AT_LEAST}
    vectorizer = DictVectorizer()
    X = vectorizer.fit_transform([{name: value for name, value in row.items() if name in kept} for row in features])
    X.indices, X.indptr = X.indices.astype("int32"), X.indptr.astype("int32")
    model = LogisticRegression(C=C, solver="liblinear", max_iter=500).fit(X, y, sample_weight=weights)
    weights_of = zip(vectorizer.get_feature_names_out(), model.coef_[0], strict=True)
    return Linear(
        round(float(model.intercept_[0]), 4), {n: round(float(w), 4) for n, w in weights_of if abs(w) >= 0.005}
    )


def held_out(
    features: Sequence[dict[str, float]], y: np.ndarray, of: np.ndarray, weights: np.ndarray, C: float
) -> tuple[np.ndarray, Linear]:
    """Return the scores of each row by what learned from other documents, and what learned from all."""
    scores = np.zeros(len(y))
    for learned, held in GroupKFold(5, shuffle=True, random_state=0).split(y, groups=of):
        learned = learned[weights[learned] > 0]
        model = fitted([features[i] for i in learned], y[learned], weights[learned], C)
        scores[held] = [model.score(features[i]) for i in held]
    some = np.flatnonzero(weights > 0)
    return scores, fitted([features[i] for i in some], y[some], weights[some], C)


def best_mentions(document: Document, reader: str, scores: Sequence[Sequence[float]]) -> list[Mention | None]:
    """Return the mention of each sentence's likeliest candidate."""
    picks = []
    for reading, own in zip(document.seen[reader], scores, strict=True):
        picks.append(reading.candidates[int(np.argmax(own))].mention if len(own) else None)
    return picks


def learn(documents: Sequence[Document], reader: str) -> tuple[Decision, dict[str, dict[str, Estimate]]]:
    """Learn one reader's numbers; scores are held out by document."""
    rows = Rows(documents, reader)
    worth = np.array([WEIGHTS[document.kind] for document in documents])
    features, right, of, known = rows.candidates()
    scores, candidate = held_out(features, right, of, worth[of] * known, C_CANDIDATE)
    sentences, attributed, of, known = rows.sentences(scores)
    logits, sentence = held_out(sentences, attributed, of, worth[of] * known, C_SENTENCE)
    proba = np.array([sigmoid(logit) for logit in logits])
    kinds = np.array([document.kind == "polnear" for document in documents])[of] & known
    threshold = threshold_of(attributed[kinds], proba[kinds])
    at, start, probas, picks, decided = 0, 0, [], [], []
    for document in documents:
        seen = document.seen[reader]
        own = []
        for reading in seen:
            own.append(scores[at : at + len(reading.candidates)])
            at += len(reading.candidates)
        probas.append(proba[start : start + len(seen)])
        start += len(seen)
        picks.append(best_mentions(document, reader, own))
        decided.append(probas[-1] >= threshold)
    found = {}
    for kind in WEIGHTS:
        if any(document.kind == kind for document in documents):
            told = judged(documents, reader, probas, picks, decided, kind)
            found[kind] = estimates(told, bootstrap_weights(told.documents))
    return Decision(candidate, sentence, round(float(threshold), 3)), found


def threshold_of(y: np.ndarray, proba: np.ndarray) -> float:
    """Return the lowest threshold from which on precision stays at the aim; where none does, that of the highest F1."""
    grid = np.arange(0.3, 0.8, 0.01)
    precision = np.array([y[proba >= t].mean() if (proba >= t).any() else 1.0 for t in grid])
    if (precision >= PRECISION).any():
        return float(grid[np.flatnonzero(precision >= PRECISION)[0]])
    f1 = [2 * y[proba >= t].sum() / max(1, y.sum() + (proba >= t).sum()) for t in grid]
    return float(grid[int(np.argmax(f1))])


def scored(documents: Sequence[Document], kind: str, numbers: Path) -> Iterator[tuple[str, dict[str, Estimate]]]:
    """Yield each system's name and scores."""
    systems: dict[str, Callable[[Document], tuple[Any, Any, Any]]] = {"rules": by_rules}
    for reader in READERS:
        decision = Decision.load(reader, numbers)

        def decide(document: Document, reader: str = reader, decision: Decision = decision) -> tuple[Any, Any, Any]:
            both = chosen(document.seen[reader], decision)
            probas = [proba for proba, _ in both]
            picks = [candidate.mention if candidate is not None else None for _, candidate in both]
            if document.kind == "coded":  # a coder says who is meant, whatever the pronoun
                told = attributions(document.seen[reader], decision)
                picks = [
                    one.holder or _as_it_stands(one.span, text) for one, text in zip(told, document.texts, strict=True)
                ]
            return probas, picks, [proba >= decision.threshold for proba in probas]

        systems[reader] = decide
    for name, decide in systems.items():
        probas, picks, decided = zip(*(decide(document) for document in documents), strict=True)
        found = judged(documents, name, probas, picks, decided, kind)
        yield name, estimates(found, bootstrap_weights(found.documents))


def _as_it_stands(span: tuple[int, int] | None, text: str) -> str | None:
    """Return the words that name a holder; of a pronoun that stands for nobody, a coder had no other word either."""
    return text[slice(*span)] if span else None


def by_name(documents: Sequence[Document]) -> list[Document]:
    """Return documents in the order of their names, so that folds and resamples are the same every time."""
    return sorted(documents, key=lambda document: (document.name, document.texts))


def tell(name: str, found: dict[str, Estimate]) -> None:
    """Print scores."""
    told = (f"{path} {e.value:.3f} {e.interval()} n={e.n}" for path, e in found.items() if not np.isnan(e.value))
    print(name, *told, sep="\n  ", flush=True)


def train(articles: Path, sentences: Path | None, path: Path) -> None:
    """Learn both readers' numbers and write them."""
    documents = by_name([*polnear(articles), *(coded(sentences, CODED) if sentences else []), *ours(OWN)])
    numbers: dict[str, Any] = {"format": FORMAT}
    for reader in READERS:
        # Without a parse, their constructions cannot be seen, and they teach it what is wrong.
        known = [document for document in documents if reader == "parsed" or document.kind != "own"]
        decision, found = learn(known, reader)
        for kind, scores in found.items():
            tell(f"{reader}, {kind}, held out by document; threshold {decision.threshold}", scores)
        numbers[reader] = decision.to_numbers()
    write_whole(path, (json.dumps(numbers, indent=1, sort_keys=True) + "\n").encode())
    print(f"{path}: written")


def score(articles: Path, sentences: Path | None, file: Path, store: Store) -> None:
    """Score what ships, and rules, and file it."""
    for kind, path, read in (("polnear", articles, polnear), ("coded", sentences, coded)):
        if path is None:
            continue
        began = time.process_time()
        documents = by_name(list(read(path)))
        n_words = sum(len(text.split()) for document in documents for text in document.texts)
        seconds = time.process_time() - began
        told = list(scored(documents, kind, file))
        if kind == "coded":
            told.append(("second coder", coders_agree(documents)))
        for system, found in told:
            given = {"part": f"{kind}_{path.stem}", "system": system, "documents": len(documents), "words": n_words}
            with open_run(store, system, "holders", given) as run:
                run.log(with_intervals({f"holders/{name}": e for name, e in found.items() if not np.isnan(e.value)}))
            tell(f"{kind}, {system}", found)
        print(f"{n_words:,} words read in {seconds:.0f} CPU seconds")


def written(path: Path, store: Store) -> None:
    """Score what users call, ``HolderFinder``, on passages whose holders are resolved by their writer."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    sentences = [Sentence(row["text"], doc_id=row["doc_id"], position=row["position"]) for row in rows]
    documents = np.unique([row["doc_id"] for row in rows], return_inverse=True)[1]
    Y = np.array([row["holder"] != "author" for row in rows])
    groups = {kind: np.array([row["construction"] == kind for row in rows]) for kind in CONSTRUCTIONS}
    for system, finder in (("parsed", HolderFinder.load()), ("plain", HolderFinder(Decision.load("plain"), False))):
        told = finder.find(sentences)
        D = np.array([one.attributed for one in told])
        right = np.array(
            [
                bool(one.holder) and words_of(one.holder)[-1] in words_of(row["holder"])
                for one, row in zip(told, rows, strict=True)
            ]
        )
        proba = np.array([one.proba for one in told])
        found = estimates(Judged(Y, Y, proba, D, right, documents, Y, groups), bootstrap_weights(documents))
        with open_run(store, system, "holders", {"part": "written", "system": system}) as run:
            run.log(with_intervals({f"holders/{name}": e for name, e in found.items() if not np.isnan(e.value)}))
        tell(f"written, {system}", found)


def main() -> None:
    """Learn or score."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=("train", "score", "written"))
    parser.add_argument("polnear", type=Path, help="articles with attributions, or the written passages")
    parser.add_argument("real_news", type=Path, nargs="?", help="coded sentences")
    parser.add_argument(
        "--numbers", type=Path, default=NUMBERS, help="where the numbers are [default: those that ship]"
    )
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    for path in (options.polnear, options.real_news):
        if path is not None and not path.is_file():
            print(f"skipped: {path} is not there; PolNeAR and real news are not part of this project", file=sys.stderr)
            return
    if not has_pipeline():
        print("skipped: the parser is not installed; pip install 'framing-classifier[holders]'", file=sys.stderr)
        return
    if options.command == "written":
        written(options.polnear, Store(store_uri(options.store)))
    elif options.command == "train":
        train(options.polnear, options.real_news, options.numbers)
    else:
        score(options.polnear, options.real_news, options.numbers, Store(store_uri(options.store)))


if __name__ == "__main__":
    main()

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
sense, half of all characters, is ``mainly``; ``--narrow`` learns it. Its holder is the source of the
attribution that covers most of it, and is right where the same head word is found, at that place or as the same name.
The threshold is chosen by folds of the documents of ``train``.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from sklearn.feature_extraction import DictVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GroupKFold

from framing import Sentence
from framing.files import write_whole
from framing.holders import plain
from framing.holders.attribution import Mention, Reading
from framing.holders.decision import (
    FORMAT,
    NUMBERS,
    Decision,
    Linear,
    candidate_features,
    sentence_rows,
    sigmoid,
)
from framing.holders.finder import HolderFinder, attributions, chosen, passages
from framing.holders.mentions import mention_of
from framing.holders.reader import readings
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import with_intervals
from framing.text.pipeline import has_pipeline, parses
from framing.text.segment import segment
from framing.tracking import Store, open_run, store_uri

READERS = ("parsed", "plain")
# Set by hand, no search: strength of the penalties, rows in which a feature must be, weight of a coded sentence.
C_CANDIDATE, C_SENTENCE, AT_LEAST, CODED_WEIGHT = 0.3, 0.1, 4, 0.3
# Of coded sentences this many are read, in the order of a digest.
CODED = 2400
PRECISION = 0.88
# Cues of what is thought, felt or wanted and not said: a set of words, so that a group of the report means the same.
BELIEFS = {
    *(
        "think",
        "believe",
        "fear",
        "worry",
        "hope",
        "expect",
        "see",
        "consider",
        "view",
        "feel",
        "know",
        "doubt",
        "want",
    ),
    *("suspect", "concern", "belief", "regard", "thought", "knew", "knows", "saw", "felt", "seen", "viewed", "known"),
}
AUTHORS = ("author", "speaker", "")
CONSTRUCTIONS = ("direct", "indirect", "according_to", "belief", "passive", "noun", "continued")


@dataclass(frozen=True)
class Truth:
    """What is known of a sentence: whether it is attributed, and the head of its source."""

    attributed: bool
    mainly: bool = False  # the narrower sense: content covers half of all characters
    named: bool = False  # an annotator marked a source
    place: tuple[int, int] | None = None  # sentence and character of its head word
    head: str = ""  # the head word, in lower case
    pronoun: bool = False
    cue: str = ""
    holder: tuple[str, ...] = ()  # a coder's words


@dataclass(frozen=True)
class Document:
    """Sentences that were read together, by each reader, and what is known of them."""

    name: str
    kind: str
    texts: tuple[str, ...]
    truths: tuple[Truth | None, ...]  # None: context only
    seen: dict[str, list[Reading]]


def polnear(path: Path, narrow: bool = False) -> Iterator[Document]:
    """Read and parse the articles of PolNeAR; ``narrow`` takes the narrower sense for both."""
    for line in path.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        sentences = segment(row["text"], row["doc_id"])
        (passage,) = passages(sentences)
        docs = list(parses(passage.texts))
        truths = tuple(
            replace(truth, attributed=truth.mainly) if narrow else truth for truth in _truths(row, sentences, docs)
        )
        seen = {"parsed": readings(docs, passage.starts), "plain": plain.readings(passage.texts, passage.starts)}
        yield Document(row["doc_id"], "polnear", passage.texts, truths, seen)


def _truths(row: dict[str, Any], sentences: Sequence[Sentence], docs: Sequence[Any]) -> Iterator[Truth]:
    covered = np.zeros(len(row["text"]) + 1, bool)
    for attribution in row["attributions"]:
        for start, end in attribution["content"]:
            covered[start:end] = True
    heads = [_head(attribution["source"], sentences, docs) for attribution in row["attributions"]]
    for sentence in sentences:
        shared = [
            sum(max(0, min(end, sentence.end) - max(start, sentence.start)) for start, end in attribution["content"])
            for attribution in row["attributions"]
        ]
        main = int(np.argmax(shared)) if shared else 0
        if not shared or shared[main] == 0:
            yield Truth(False)
            continue
        attribution = row["attributions"][main]
        mainly = bool(covered[sentence.start : sentence.end].mean() >= 0.5)
        rest = np.ones(len(covered), bool)
        for start, end in [*attribution["source"], *attribution["cue"]]:
            rest[start:end] = False
        rest = rest[sentence.start : sentence.end]
        apart = covered[sentence.start : sentence.end][rest]
        if not mainly and (not len(apart) or apart.mean() < 0.5):
            yield Truth(False)
            continue
        cue = " ".join(row["text"][start:end] for start, end in attribution["cue"]).lower()
        found = heads[main]
        place, head, pronoun = found if found is not None else (None, "", False)
        yield Truth(True, mainly, bool(attribution["source"]), place, head, pronoun, cue)


def _head(source: Any, sentences: Sequence[Sentence], docs: Sequence[Any]) -> tuple[tuple[int, int], str, bool] | None:
    """Return place and word of a source's head, by the parse: the word whose own head stands outside."""
    if not source:
        return None
    first, last = source[0][0], source[-1][1]
    for number, (sentence, doc) in enumerate(zip(sentences, docs, strict=True)):
        if sentence.start <= first < sentence.end:
            inside = [token for token in doc if first <= token.idx + sentence.start < last and token.pos_ != "PUNCT"]
            numbers = {token.i for token in inside}
            for token in inside:
                if token.head.i not in numbers or token.head is token:
                    mention = mention_of(token, number)
                    return (number, mention.head), token.lower_, mention.kind == "pronoun"
    return None


def coded(path: Path, limit: int | None = None) -> Iterator[Document]:
    """Read and parse coded sentences, each with the sentence before."""
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    rows = [row for row in rows if not row["source"].startswith("networkdynamics/")]
    rows.sort(key=lambda row: hashlib.sha1(row["id"].encode()).hexdigest())
    for row in rows[:limit]:
        (passage,) = passages([Sentence(row["text"], previous=row["previous"])])
        docs = list(parses(passage.texts))
        holders = [one.get("holder") or "author" for one in row["coders"]]
        settled = row["holder"] or "author"
        truths: list[Truth | None] = [None] * len(docs)
        other = not _is_author(settled)
        truths[-1] = Truth(other, other, True, None, "", False, "|".join(holders), _words(settled))
        seen = {"parsed": readings(docs, passage.starts), "plain": plain.readings(passage.texts, passage.starts)}
        name = f"{row['source']} {row['doc_id']}"
        yield Document(name, "coded", passage.texts, tuple(truths), seen)


def _is_author(holder: str) -> bool:
    return holder.lower() in AUTHORS or holder.lower().endswith("speaker")


def _words(holder: str) -> tuple[str, ...]:
    return tuple(word.strip(".,").removesuffix("'s").removesuffix("’s") for word in holder.lower().split())


def is_right(mention: Mention | str | None, truth: Truth, texts: Sequence[str]) -> bool:
    """Say whether a mention is the source: the same head word, at its place or as the same name.

    Of a coder's words, the last word of a resolved holder must be among them.
    """
    if mention is None:
        return not truth.named
    if isinstance(mention, str):
        return _words(mention)[-1] in truth.holder
    words = texts[mention.sentence][mention.head : mention.end].split()
    head = words[0].lower().rstrip(".,'’") if words else ""
    if truth.holder:
        return head in truth.holder
    if truth.place == (mention.sentence, mention.head):
        return True
    return not truth.pronoun and mention.kind != "pronoun" and bool(head) and head == truth.head.rstrip(".,'’")


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


@dataclass(frozen=True)
class Judged:
    """Sentences of one kind as decided: truth and decision, each of shape (n,)."""

    attributed: np.ndarray
    mainly: np.ndarray
    proba: np.ndarray
    decided: np.ndarray
    right: np.ndarray  # the holder
    documents: np.ndarray
    named: np.ndarray
    groups: dict[str, np.ndarray]


def judged(documents: Sequence[Document], reader: str, probas: Any, picks: Any, decided: Any, kind: str) -> Judged:
    """Bring together what was decided and what is known."""
    rows: list[tuple[Any, ...]] = []
    for number, (document, p, pick, said) in enumerate(zip(documents, probas, picks, decided, strict=True)):
        for at, truth in enumerate(document.truths):
            if truth is not None and document.kind == kind:
                reading = document.seen["parsed"][at]
                rows.append((truth, p[at], said[at], is_right(pick[at], truth, document.texts), number, reading))
    truths = [row[0] for row in rows]
    share = np.array([row[5].features["quoted"] for row in rows])
    belief = np.array(
        [bool(BELIEFS & {stem for word in truth.cue.split() for stem in _stems(word)}) for truth in truths]
    )
    pronoun = np.array([truth.pronoun for truth in truths])
    groups = {"direct": share >= 0.5, "indirect": (share < 0.5) & ~belief, "belief": belief & (share < 0.5)}
    return Judged(
        np.array([truth.attributed for truth in truths]),
        np.array([truth.mainly for truth in truths]),
        np.array([row[1] for row in rows]),
        np.array([row[2] for row in rows]),
        np.array([row[3] for row in rows]),
        np.unique([row[4] for row in rows], return_inverse=True)[1],
        np.array([truth.named and (truth.place is not None or bool(truth.holder)) for truth in truths]),
        groups | {"pronoun": pronoun},
    )


def _stems(word: str) -> tuple[str, ...]:
    return word, word.removesuffix("s"), word.removesuffix("ed"), word.removesuffix("d"), word.removesuffix("ing")


def estimates(found: Judged, W: np.ndarray) -> dict[str, Estimate]:
    """Return precision and recall of what is attributed, and how often the holder is right; recall by construction."""
    Y, D = found.attributed, found.decided
    both = Y & D & found.named
    counts = {
        "precision": (Y & D, D),
        "recall": (Y & D, Y),
        "mainly_precision": (found.mainly & D, D),
        "mainly_recall": (found.mainly & D, found.mainly),
        "mainly_holder": (found.mainly & both & found.right, found.mainly & both),
        "holder": (both & found.right, both),
        **{f"{name}_recall": (Y & D & group, Y & group) for name, group in found.groups.items()},
        **{f"{name}_holder": (both & found.right & group, both & group) for name, group in found.groups.items()},
    }
    scores = {}
    for name, (hits, of) in counts.items():
        with np.errstate(invalid="ignore", divide="ignore"):
            values = (W @ hits) / (W @ of)
        scores[name] = Estimate(float(values[0]), values[1:], int(of.sum()))
    errors = (found.proba - Y) ** 2
    brier = W @ errors / W.sum(axis=1)
    return scores | {"brier": Estimate(float(brier[0]), brier[1:], len(Y))}


def by_rules(document: Document) -> tuple[list[float], list[Mention | None], list[bool]]:
    """Decide as rules do: half quoted, or the content of a reporting verb or "according to"; whoever spoke last."""
    probas, picks, decided = [], [], []
    last: Mention | None = None
    for reading in document.seen["parsed"]:
        plain_ones = [
            candidate
            for candidate in reading.candidates
            if candidate.mention is not None
            and "cue_quoted" not in candidate.features
            and (
                ("kind_verb" in candidate.features and {"class_say", "has_ccomp"} <= set(candidate.features))
                or "kind_according" in candidate.features
            )
        ]
        quoted = reading.features["quoted"] >= 0.5
        speaks = [one for one in reading.candidates if "kind_verb" in one.features and "class_say" in one.features]
        speaks = [one for one in speaks if "cue_quoted" not in one.features]
        best = (plain_ones or (speaks if quoted else []) or [None])[0]
        last = best.mention if best is not None else last
        said = quoted or any(one.features.get("content", 0.0) >= 0.5 for one in plain_ones)
        probas.append(float(said))
        picks.append(last if said else None)
        decided.append(said)
    return probas, picks, decided


def best_mentions(document: Document, reader: str, scores: Sequence[Sequence[float]]) -> list[Mention | None]:
    """Return the mention of each sentence's likeliest candidate."""
    picks = []
    for reading, own in zip(document.seen[reader], scores, strict=True):
        picks.append(reading.candidates[int(np.argmax(own))].mention if len(own) else None)
    return picks


def learn(documents: Sequence[Document], reader: str) -> tuple[Decision, dict[str, dict[str, Estimate]]]:
    """Learn one reader's numbers; scores are held out by document."""
    rows = Rows(documents, reader)
    worth = np.array([1.0 if document.kind == "polnear" else CODED_WEIGHT for document in documents])
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
    for kind in ("polnear", "coded"):
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
                picks = [one.holder for one in attributions(document.seen[reader], decision)]
            return probas, picks, [proba >= decision.threshold for proba in probas]

        systems[reader] = decide
    for name, decide in systems.items():
        probas, picks, decided = zip(*(decide(document) for document in documents), strict=True)
        found = judged(documents, name, probas, picks, decided, kind)
        yield name, estimates(found, bootstrap_weights(found.documents))


def coders_agree(documents: Sequence[Document]) -> dict[str, Estimate]:
    """Return how the first two coders agree: the second scored as if the first were right."""
    Y, D, right, of = [], [], [], []
    for number, document in enumerate(documents):
        truth = next(truth for truth in document.truths if truth is not None)
        holders = truth.cue.split("|")
        if len(holders) > 1:
            Y.append(not _is_author(holders[0]))
            D.append(not _is_author(holders[1]))
            right.append(bool(set(_words(holders[0])[-1:]) & set(_words(holders[1]))))
            of.append(number)
    every = np.ones(len(Y), bool)
    known = np.unique([documents[n].name for n in of], return_inverse=True)[1]
    found = Judged(np.array(Y), np.array(Y), np.array(D, float), np.array(D), np.array(right), known, every, {})
    return estimates(found, bootstrap_weights(known))


def by_name(documents: Sequence[Document]) -> list[Document]:
    """Return documents in the order of their names, so that folds and resamples are the same every time."""
    return sorted(documents, key=lambda document: (document.name, document.texts))


def tell(name: str, found: dict[str, Estimate]) -> None:
    """Print scores."""
    told = (f"{path} {e.value:.3f} {e.interval()} n={e.n}" for path, e in found.items() if not np.isnan(e.value))
    print(name, *told, sep="\n  ", flush=True)


def train(articles: Path, sentences: Path | None, path: Path, narrow: bool) -> None:
    """Learn both readers' numbers and write them."""
    documents = by_name([*polnear(articles, narrow), *(coded(sentences, CODED) if sentences else [])])
    numbers: dict[str, Any] = {"format": FORMAT}
    for reader in READERS:
        decision, found = learn(documents, reader)
        for kind, scores in found.items():
            tell(f"{reader}, {kind}, held out by document; threshold {decision.threshold}", scores)
        numbers[reader] = decision.to_numbers()
    write_whole(path, (json.dumps(numbers, indent=1, sort_keys=True) + "\n").encode())
    print(f"{path}: written")


def score(articles: Path, sentences: Path | None, files: Sequence[Path], store: Store) -> None:
    """Score what ships, and rules, and file it."""
    for kind, path, read in (("polnear", articles, polnear), ("coded", sentences, coded)):
        if path is None:
            continue
        began = time.process_time()
        documents = by_name(list(read(path)))
        n_words = sum(len(text.split()) for document in documents for text in document.texts)
        seconds = time.process_time() - began
        told = list(scored(documents, kind, files[0]))
        for file in files[1:]:
            told.extend(
                (f"{name}, {file.stem}", found) for name, found in scored(documents, kind, file) if name != "rules"
            )
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
        D = np.array([one.holder is not None for one in told])
        right = np.array(
            [
                bool(one.holder) and _words(one.holder)[-1] in _words(row["holder"])
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
    parser.add_argument("--narrow", action="store_true", help="learn what is half content of all its characters")
    parser.add_argument(
        "--numbers", type=Path, nargs="+", default=[NUMBERS], help="where the numbers are [default: those that ship]"
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
        train(options.polnear, options.real_news, options.numbers[0], options.narrow)
    else:
        score(options.polnear, options.real_news, options.numbers, Store(store_uri(options.store)))


if __name__ == "__main__":
    main()

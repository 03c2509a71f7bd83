"""Where sentences end, by language, beside other splitters: the tables of sentences.md.

    python experiments/sentences.py             # writes both tables; a splitter that is not installed is left out

The others: pip install pysbd sentencex syntok (nupunkt comes with the package).
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import random
import re
import textwrap
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from framing.corpus.dataset import read_sentences
from framing.resources import SHIPPED, data_path
from framing.text.languages import LANGUAGES
from framing.text.paragraphs import paragraphs
from framing.text.segment import segment

ROOT = Path(__file__).parent.parent
SETS = ("en", "es", "de", "fr", "pt", "it", "zh", "ar")
Splitter = Callable[[str, str], Sequence[str]]


def splitters() -> Iterator[tuple[str, Splitter]]:
    """Give each splitter that is installed: from a text and its language to sentences."""
    yield "**`framing`**", lambda text, language: [s.text for s in segment(text)]
    import nupunkt

    model = nupunkt.load_default_model()
    yield "nupunkt alone", lambda text, language: list(model.tokenize(text))
    if importlib.util.find_spec("pysbd"):
        import pysbd

        # It has no Portuguese.
        kept = {name: pysbd.Segmenter(language={"pt": "es"}.get(name, name), clean=False) for name in SETS}
        yield "pysbd", lambda text, language: kept[language].segment(text)
    if importlib.util.find_spec("sentencex"):
        import sentencex

        yield "sentencex", lambda text, language: list(sentencex.segment(language, text))
    if importlib.util.find_spec("syntok"):
        from syntok import segmenter

        yield (
            "syntok",
            lambda text, language: [
                "".join(token.spacing + token.value for token in sentence)
                for paragraph in segmenter.analyze(text)
                for sentence in paragraph
            ],
        )


def splitters_table() -> list[str]:
    """Return documents split exactly right, then precision and recall of the boundaries, and the relative speed."""
    documents = {name: json.loads((ROOT / "tests" / "sentences" / f"{name}.json").read_text("utf-8")) for name in SETS}
    rows = [f"| | {' | '.join(f'{name} ({len(documents[name])})' for name in SETS)} | speed |", "|---" * 10 + "|"]
    for title, split in splitters():
        split("Ready. Now.", "en")
        start = time.process_time()
        cells = [_cell(split, name, documents[name]) for name in SETS]
        seconds = time.process_time() - start
        characters = sum(len(sentence) for name in SETS for document in documents[name] for sentence in document)
        rows.append(f"| {title} | {' | '.join(cells)} | {characters / seconds / 1e6:.1f} |")
    return rows


def _cell(split: Splitter, language: str, documents: Sequence[Sequence[str]]) -> str:
    exact = right = said = true = 0
    for expected in documents:
        text = ("" if language == "zh" else " ").join(expected)
        ends, found = _ends(expected), _ends([s for s in split(text, language) if s.strip()])
        exact += ends == found
        right, said, true = right + len(ends & found), said + len(found), true + len(ends)
    return f"{exact} {right / max(said, 1):.2f}/{right / true:.2f}"


def _ends(sentences: Sequence[str]) -> set[int]:
    """Return the characters before each inner boundary, spaces aside."""
    lengths = [len("".join(sentence.split())) for sentence in sentences]
    return {sum(lengths[:i]) for i in range(1, len(lengths))}


def lists_table() -> list[str]:
    """Return how often lines in lower case without a stop are taken for a list: lists, and wrapped sentences."""
    rows = read_sentences(data_path(SHIPPED))
    draw = random.Random(0)
    plain = [t for t in {re.sub(r"[.!?\"'”’]+$", "", s.text.lower()) for s in rows} if not re.search(r"[.!?]", t)]
    short, long = (sorted(t for t in plain if fits(len(t))) for fits in (lambda n: n < 90, lambda n: n > 90))
    table = ["| text | taken for a list |", "|---|---|"]
    for lines in (2, 3, 5, 8):
        lists = ["\n".join(draw.sample(short, lines)) for _ in range(400)]
        table.append(_share(f"list of {lines} short sentences", lists))
    for width in (25, 50, 72):
        wrapped = [textwrap.fill(text, width) for text in draw.sample(long, 300)]
        # A line that begins with a digit is never joined to the one before: the rule for lists is not asked.
        asked = [text for text in wrapped if "\n" in text and all(line[0].islower() for line in text.split("\n"))]
        table.append(_share(f"sentence filled at {width} characters", asked))
    return table


def _share(title: str, texts: Sequence[str]) -> str:
    taken = sum(len(list(paragraphs(text, LANGUAGES["en"]))) > 1 for text in texts)
    return f"| {title} | {taken / len(texts):.0%} of {len(texts)} |"


def main() -> None:
    argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter).parse_args()
    report = Path(__file__).with_suffix(".md")
    text = report.read_text(encoding="utf-8")
    for name, rows in (("splitters", splitters_table()), ("lists", lists_table())):
        mark = f"<!-- {name} -->\n"
        text = re.sub(rf"{mark}.*?<!-- end -->", lambda _: mark + "\n".join(rows) + "\n<!-- end -->", text, flags=re.S)  # noqa: B023
    report.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()

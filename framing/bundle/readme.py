"""The page that a reader of a replication package opens first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from framing.bundle import manifest as names
from framing.shares.study import Question

_MEANINGS = {
    "README.md": "this page",
    "METHODS.md": "a paragraph on methods, with the figures that a reviewer asks for",
    names.MANIFEST: "the digest of every file, and what was asked",
    names.BOOK: "the codebook",
    names.PREDICTIONS: "what the model said of each sentence of the corpus, without the text",
    names.CODED: "what was coded of the sample, and with which probability each sentence was drawn, without the text",
    names.SECOND: "what a second coder coded of it",
    names.AGREEMENT: "how far the two agree",
    names.SHARES: "the shares with their intervals, a row a group, label and estimator",
    "shares.txt": "the same as a table to read",
    names.HELD_OUT: "what the run coded and predicted of rows that it did not learn from, without the text",
    "split.jsonl": "which rows were learned from, and in which fold each was held out",
    names.SCORES: "the model's scores with their intervals",
    "scores.txt": "the same as a table to read",
    "model_card.md": "the model's card",
    "config.yaml": "the configuration of the run",
    names.VERSIONS: "the versions of what was installed (`pip install -r versions.txt`)",
}


def readme_text(question: Question | None, run: Mapping[str, Any], files: Sequence[str]) -> str:
    """Return the page.

    Examples
    --------
    >>> print(readme_text(None, {}, ["codebook.yaml"]).splitlines()[0])
    # Replication package
    """
    lines = [
        "# Replication package",
        "",
        "Codes, predictions and results of a measurement with [framing-classifier]"
        "(https://pypi.org/project/framing-classifier/). The texts are not in it: each sentence goes by the "
        "digest of its text.",
        "",
        "| file | what it is |",
        "|---|---|",
        *(f"| `{name}` | {_MEANINGS.get(name, 'a figure')} |" for name in sorted([*files, names.MANIFEST])),
        "",
        "## Check it",
        "",
        "    framing bundle --check .",
        "",
        "compares every file with its digest and the versions with those here, and computes shares, agreement and the "
        "scores of held-out rows again from the rows without text.",
        "",
        "## Make it again",
        "",
    ]
    if run.get("command"):
        lines += [f"    {run['command']}", ""]
    if question is not None:
        lines += [
            "    framing predict CORPUS --model MODEL --format jsonl --output predicted.jsonl",
            f"    framing shares predicted.jsonl --gold CODED {_question_typed(question)}".rstrip(),
            "",
        ]
    lines += [
        f"With the texts at hand, `framing data hydrate {names.CODED} --texts FOLDER -o coded_texts.jsonl` puts them "
        "back beside the codes.",
        "",
    ]
    return "\n".join(lines)


def _question_typed(question: Question) -> str:
    """Return a question as the options of ``framing shares``."""
    words = [f"--by {by}" for by in question.by] + [f"--frame {frame}" for frame in question.frames]
    flags = {"--beyond": question.beyond, "--together": question.together, "--differences": question.differences}
    return " ".join([*words, *(flag for flag, on in flags.items() if on)])

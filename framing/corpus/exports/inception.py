"""INCEpTION: UIMA CAS JSON, in which a layer of sentences has the labels."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from framing.corpus.exports.export import Export, Placed
from framing.errors import InputError

_STRUCTURES = "%FEATURE_STRUCTURES"
_SENTENCE = ".segmentation.type.Sentence"
_DOCUMENT = ".metadata.type.DocumentMetaData"
_NO_CODER = ("INITIAL_CAS", "CURATION_USER")


def inception(rows: list[Placed]) -> Export | None:
    """Read documents: each sentence, with the labels of the annotations that cover it and no more.

    A document in which some sentence has a label is coded: its other sentences have none. The coder is the name of
    the file, as INCEpTION calls it.
    """
    if not all(isinstance(row.get(_STRUCTURES), list) for _, row in rows):
        return None
    export = Export("INCEpTION")
    questions: dict[str, None] = {}
    for place, row in rows:
        _add_document(export, questions, place.partition(", item")[0], row[_STRUCTURES])
    export.questions = tuple(questions)
    return export


def _add_document(export: Export, questions: dict[str, None], name: str, structures: list[Any]) -> None:
    structures = [structure for structure in structures if isinstance(structure, dict)]
    text = next((s["sofaString"] for s in structures if isinstance(s.get("sofaString"), str)), None)
    if text is None:
        raise InputError(f"{name}: an export of INCEpTION without the text of the document; export it as UIMA CAS JSON")
    units = text.encode("utf-16-le")  # offsets count as Java does
    lists = {s.get("%ID"): s.get("%ELEMENTS") for s in structures if str(s.get("%TYPE", "")).endswith("StringArray")}
    spans: dict[tuple[int, int], dict[str, list[str]]] = {}
    for structure in structures:
        if str(structure.get("%TYPE", "")).endswith(_SENTENCE):
            spans.setdefault(_span(structure), {})
    for structure in structures:
        kind = str(structure.get("%TYPE", ""))
        if "begin" not in structure or not kind.startswith(("webanno.custom.", "custom.")):
            continue
        labels = _features(structure, lists)
        if not labels:
            export.left_out["annotations without a label"] += 1
        elif (sentence := spans.get(_span(structure))) is None:
            export.left_out["annotations of another stretch than a sentence"] += 1
        else:
            for feature, values in labels.items():
                sentence.setdefault(feature, []).extend(values)
                questions[feature] = None
    title = next((s.get("documentTitle") for s in structures if str(s.get("%TYPE", "")).endswith(_DOCUMENT)), "")
    coder = Path(name).stem
    coded = any(spans.values())
    for number, ((begin, end), found) in enumerate(sorted(spans.items())):
        row: dict[str, Any] = {"text": units[2 * begin : 2 * end].decode("utf-16-le", "replace")}
        row |= {"doc_id": str(title or ""), "position": number}
        row |= {} if coder in _NO_CODER else {"coder": coder}
        if coded:
            row |= {question: found.get(question, []) for question in questions}
            export.left_out["sentences without a label, none of them"] += not found
        if row["text"].strip():
            export.rows.append((f"{name}, sentence {number + 1}", row))


def _span(structure: dict[str, Any]) -> tuple[int, int]:
    return int(structure.get("begin", 0)), int(structure.get("end", 0))


def _features(structure: dict[str, Any], lists: dict[Any, Any]) -> dict[str, list[str]]:
    """Return the labels of an annotation, by feature: a text, or a reference to a list of texts."""
    found = {}
    for name, value in structure.items():
        if name.startswith("@") and isinstance(lists.get(value), list):
            found[name[1:]] = [str(label) for label in lists[value]]
        elif isinstance(value, str) and value and name[0] not in "%@^":
            found[name] = [value]
    return found

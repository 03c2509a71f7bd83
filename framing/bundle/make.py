"""Making a replication package: from a run, predictions and coded rows to a folder."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import yaml

from framing.bundle.manifest import (
    AGREEMENT,
    BOOK,
    CODED,
    HELD_OUT,
    MANIFEST,
    PREDICTIONS,
    SCORES,
    SECOND,
    SHARES,
    VERSIONS,
    Manifest,
    listed,
    versions_text,
)
from framing.bundle.methods import Told, methods_text
from framing.bundle.readme import readme_text
from framing.bundle.results import agreement_csv, agreement_in, scores_in, study_in, written_scores
from framing.bundle.tables import coded_jsonl, predictions_jsonl, salted
from framing.codebook import Codebook
from framing.corpus.results import read_predictions
from framing.errors import InputError, OutputError, StoreError
from framing.files import new_folder
from framing.records import Prediction, Sentence
from framing.report.print_style import figure_bytes
from framing.scores import Score
from framing.shares.chart import shares_chart
from framing.shares.study import Question, Study
from framing.shares.text import shares_csv, shares_text
from framing.tracking import RunSummary, Store, all_metrics, fetched_model, fetched_text, run_note

_FROM_RUN = {
    "config.yaml": "config.yaml",
    SCORES: SCORES,
    "scores.txt": "scores.txt",
    "model_card.md": "model/README.md",
}
_COMMAND = re.compile(r"\*\*Make it again\*\*\s+(\S.*)")
_WIDTH, _DPI = 100, 300


@dataclass(frozen=True)
class Material:
    """What a measurement was made of.

    Parameters
    ----------
    book
        The codebook.
    predictions, coded
        Of the corpus, and of the sample; coded rows say themselves how they were drawn.
    question, study
        What was asked of them, and the two together.
    second
        What a second coder coded of the sample.
    """

    book: Codebook
    predictions: Sequence[Prediction] = ()
    coded: Sequence[Sentence] = ()
    question: Question | None = None
    study: Study | None = None
    second: Sequence[Sentence] = ()


@dataclass
class _Contents:
    """Files by name, and what was left out of them."""

    files: dict[str, bytes] = field(default_factory=dict)
    left_out: list[str] = field(default_factory=list)

    def add(self, name: str, content: str | bytes) -> None:
        self.files[name] = content.encode("utf-8") if isinstance(content, str) else content

    def add_table(self, name: str, table: tuple[str, list[str]]) -> None:
        self.add(name, table[0])
        self.left_out += [f"{name}: left out {what}" for what in table[1]]


def make_bundle(
    folder: Path, material: Material, store: Store | None = None, run: RunSummary | None = None, salt: str = ""
) -> list[str]:
    """Write a replication package.

    Parameters
    ----------
    folder
        Where to; nothing may be there.
    material
        What was measured; without coded rows only the run is put together.
    store, run
        The run whose model it was, if there is one.
    salt
        As of ``dehydrate``.

    Returns
    -------
    list of str
        What one should know of it, a line each.

    Raises
    ------
    OutputError
        Something is there already, or it cannot be written.
    InputError
        The numbers do not come out again from rows without text.
    StoreError
        The run's files are gone.
    """
    if folder.exists():
        raise OutputError(f"{folder}: is there already; name a new folder")
    try:
        with new_folder(folder) as new:
            contents, about = _Contents(), {}
            if store is not None and run is not None:
                about = _add_run(contents, store, run, salt)
            _add_material(contents, material, salt)
            _put_files(new, contents)
            told = _add_results(contents, new, material, about)
            question = {} if material.question is None else asdict(material.question)
            contents.add(VERSIONS, versions_text())
            contents.add("METHODS.md", methods_text(told))
            contents.add("README.md", readme_text(material.question, about, sorted([*contents.files, "README.md"])))
            _put_files(new, contents)
            manifest = Manifest(listed(contents.files), question, material.book.digest, about, bool(salt))
            (new / MANIFEST).write_text(manifest.to_json(), encoding="utf-8")
    except OSError as error:
        raise OutputError(f"{folder}: cannot be written ({error.strerror}); choose another place") from None
    return [f"{len(contents.files) + 1} files in {folder}", *contents.left_out]


def _put_files(folder: Path, contents: _Contents) -> None:
    for name, content in contents.files.items():
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(content)


def _add_run(contents: _Contents, store: Store, run: RunSummary, salt: str) -> dict[str, Any]:
    """Add what a run keeps, its rows without text; return what it is."""
    for name, kept in _FROM_RUN.items():
        contents.add(name, fetched_text(store, run, kept))
    with fetched_model(store, f"runs:/{run.run_id}/predictions.jsonl") as file:
        held_out = read_predictions(file)
    contents.add_table(HELD_OUT, predictions_jsonl(held_out, salt))
    with suppress(StoreError):  # runs of earlier versions keep no split
        rows = [json.loads(line) for line in fetched_text(store, run, "split.jsonl").splitlines()]
        for row in rows:
            row["text_sha256"] = salted(row["text_sha256"], salt)
        contents.add("split.jsonl", "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows))
    with fetched_model(store, f"runs:/{run.run_id}/figures") as figures:
        for path in sorted(figures.glob("*.png")):
            contents.add(f"figures/{path.name}", path.read_bytes())
    command = _COMMAND.search(run_note(store, run))
    params = {name: run.params.get(name, "") for name in ("encoder", "head", "words", "seed")}
    scores = {name: value for name, value in all_metrics(store, run).items() if name.startswith("validation/")}
    about = {"id": run.run_id, "name": run.name, "data": run.data, "digest": run.digest, "rows": run.rows}
    return {**about, **params, "command": command[1].strip() if command else "", "scores": _main_scores(scores)}


def _main_scores(metrics: dict[str, float]) -> dict[str, list[float]]:
    """Return macro-F1 and the F1 of each frame with their intervals."""
    found = {}
    for path in metrics:
        name = re.fullmatch(r"validation/frames/(?:(macro_f1)|([^/]+)/f1)", path)
        if name and f"{path}_low" in metrics:
            numbers = [metrics[f"{path}{end}"] for end in ("", "_low", "_high")]
            found["macro-F1" if name[1] else str(name[2])] = numbers
    return found


def _add_material(contents: _Contents, material: Material, salt: str) -> None:
    """Add codebook, predictions and coded rows."""
    contents.add(BOOK, yaml.safe_dump(material.book.to_dict(), sort_keys=False, allow_unicode=True, width=110))
    if material.predictions:
        contents.add_table(PREDICTIONS, predictions_jsonl(material.predictions, salt))
    if material.coded:
        contents.add_table(CODED, coded_jsonl(material.coded, salt))
    if material.second:
        contents.add_table(SECOND, coded_jsonl(material.second, salt))


def _add_results(contents: _Contents, folder: Path, material: Material, about: dict[str, Any]) -> Told:
    """Add what comes out of the rows without text, which must be what came out of those with text."""
    if HELD_OUT in contents.files:
        there, here = written_scores(contents.files[SCORES].decode()), scores_in(folder)
        if strange := [name for name, value in here.items() if name in there and abs(there[name] - value) > 1e-4]:
            contents.left_out.append(f"scores.json: {strange[0]} does not come out again from {HELD_OUT}")
    study = agreement = None
    if material.question is not None and material.study is not None:
        study = study_in(folder, material.question)
        table = study.table()
        if shares_csv(table) != shares_csv(material.study.table()):
            raise InputError(
                f"{PREDICTIONS}: without its text it gives other shares; is a column of --by text, or too long? Such "
                "columns do not go along"
            )
        contents.add(SHARES, shares_csv(table))
        contents.add("shares.txt", shares_text(table, _WIDTH))
        contents.add("figures/shares.svg", figure_bytes(shares_chart(table).figure, ".svg", _DPI))
    if material.second:
        agreement = agreement_in(folder)
        contents.add(AGREEMENT, agreement_csv(agreement))
    words = [about.get("encoder", ""), about.get("head", ""), f"seed {about['seed']}" if about.get("seed") else ""]
    scores = {name: Score(*numbers) for name, numbers in about.get("scores", {}).items()}
    model = ", ".join(word for word in words if word)
    return Told(material.book, model, about.get("rows"), scores, study, agreement or {})

"""Score a file of any length."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from framing.corpus.readers import Reading
from framing.corpus.rows import sentences_from_rows
from framing.model.decisions.rule import Rule
from framing.predictor import Predictor
from framing.stream.job import Job, Progress
from framing.stream.pieces import measured, pieces

PART = 4096  # rows a part: some seconds of work with an encoder, and a few megabytes of memory


def score(
    predictor: Predictor,
    source: Path,
    output: Path,
    *,
    targets: Sequence[str] | None = None,
    rule: Rule | None = None,
    columns: Mapping[str, Any] | None = None,
    reading: Reading | None = None,
    part: int = PART,
    told: Callable[[Progress, int], None] = lambda progress, n_rows: None,
) -> Progress:
    """Label the rows of a table a part at a time; killed and started again, it goes on after the last part.

    Parameters
    ----------
    predictor
        What labels them; it keeps no vectors on disk from then on.
    source
        A ``.jsonl``, ``.csv``, ``.tsv`` or ``.parquet`` file, a row a sentence.
    output
        A ``.parquet`` or ``.jsonl`` file that is not there yet.
    targets
        Toward what the stance is taken; default the rows' own targets.
    rule
        How probabilities become decisions; default the model's own way.
    columns, reading
        As of ``framing.corpus``: names of columns, encoding and delimiter.
    part
        Rows a part.
    told
        Called after each part with the progress and about how many rows there are.

    Returns
    -------
    Progress
        Rows in all, those that an earlier run had done and, with a student, those that went to the encoder now.

    Raises
    ------
    InputError
        The file cannot be read, or a row of it.
    OutputError
        The result is there already, cannot be written, or was begun with another input, model or options.
    """
    rule = rule or Rule()
    found = measured(source)
    identity = {
        "input": found.sha256,
        "model": predictor.classifier.digest or predictor.origin,
        "options": [rule.thresholds, rule.goal, rule.abstain, targets, dict(columns or {}), part, str(reading)],
        "version": importlib.metadata.version("framing-classifier"),
        "backend": predictor.classifier.keep_vectors(False).backends,
        "fast": None if predictor.fast is None else [predictor.fast, predictor.classifier.fast_loss],
    }
    job = Job(output, identity)
    n_rows = n_before = n_parts = n_passed = 0
    with job.held():
        for number, rows in enumerate(pieces(source, part, reading or Reading())):
            if job.is_done(number):
                n_before += len(rows)
            else:
                sentences = sentences_from_rows(str(source), rows, None, columns)
                found_here = predictor.predict(sentences, targets=targets, **vars(rule))
                job.keep(number, found_here.to_rows())
                n_passed += found_here.provenance.get("fast", {}).get("passed_on", 0)
            n_rows, n_parts = n_rows + len(rows), number + 1
            told(Progress(n_rows, n_before), found.n_rows)
        job.finish(n_parts)
    return Progress(n_rows, n_before, n_passed if predictor.fast else None)

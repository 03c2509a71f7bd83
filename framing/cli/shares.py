"""``framing shares`` and ``framing data sample``: from labels to a measurement."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import check_output, read_coded, read_input, terminal_width, write_bytes, write_result
from framing.cli.options import CODEBOOK, COLUMN, OUTPUT, Command, output_format, pairs
from framing.errors import OutputError

if TYPE_CHECKING:
    from framing.arrays import Values
    from framing.codebook import Codebook
    from framing.records import Prediction, Sentence
    from framing.shares.study import Question, Study
    from framing.shares.table import ShareTable

PILOT_FURTHER = (
    click.option("--sample", metavar="FILE", help="What data sample wrote, if the coded sheet does not say it."),
    click.option(
        "--gold-is-random", is_flag=True, help="The coded rows were drawn at random, all with the same chance."
    ),
    click.option(
        "--trained-on", metavar="FILE", multiple=True, help="Coded rows the model learned from; given again, more."
    ),
    click.option(
        "--by",
        metavar="NAME,...",
        multiple=True,
        help="Also by source, holder, year, month, day or your own column; names with a comma are crossed, given again "
        "it is another table.",
    ),
    click.option("--frame", "frames", metavar="FRAME", multiple=True, help="Only this frame; given again, another."),
    click.option("--stance", is_flag=True, help="Of the sides of the stance instead, a row a sentence and target."),
    click.option("--beyond", is_flag=True, help="Of what the corpus is a sample of, not of the corpus itself."),
)
GOLD = click.option("--gold", metavar="CODED", required=True, help="What people coded of it, with how it was drawn.")
_PILOT = (
    click.argument("predictions", metavar="PREDICTIONS"),
    GOLD,
    *PILOT_FURTHER,
)


def pilot_options(command: Command) -> Command:
    """Add what is predicted, what is coded of it, and by what the shares are told apart."""
    for option in reversed((*_PILOT, CODEBOOK, COLUMN)):
        command = option(command)
    return command


@click.command()
@pilot_options
@OUTPUT
@click.option("--together", is_flag=True, help="Intervals that hold for all labels together (Šidák), not one by one.")
@click.option(
    "--differences",
    is_flag=True,
    help="Also by how much groups differ from the largest; periods from the first, and how they change on average.",
)
@output_format("table", "csv", "json")
def shares(output: str | None, together: bool, differences: bool, form: str, **given: Any) -> None:
    """Shares of each frame with 95 % intervals: naive, from the coded rows only, and corrected.

    PREDICTIONS is what `framing predict CORPUS --format jsonl` wrote. The coded rows are a sample of the same
    sentences, as framing data sample draws it.
    """
    from framing.shares.text import shares_csv, shares_json, shares_text

    if output is not None:
        check_output(Path(output))
    table = measured(given, together=together, differences=differences)
    written = {"csv": shares_csv, "json": shares_json}
    write_result(written[form](table) if form in written else shares_text(table, terminal_width()), output)


@click.command()
@click.argument("corpus", metavar="CORPUS")
@click.option("-n", type=click.IntRange(min=2), required=True, help="How many to draw.")
@click.option(
    "--by", metavar="NAME,...", default="", help="So many of each source, month, year or column as its size asks for."
)
@click.option("--documents", is_flag=True, help="Draw documents, each with all its sentences; -n counts documents.")
@click.option("--enrich", metavar="FRAME", multiple=True, help="Draw more of what the model holds likely to have this.")
@click.option("--predictions", metavar="FILE", help="Where the probabilities are.  [default: CORPUS]")
@click.option("--output", "-o", metavar="FILE.jsonl", required=True, help="The sample, and how it was drawn; keep it.")
@click.option(
    "--coding-sheet",
    "sheet",
    metavar="FILE.csv|xlsx|json",
    help="Also a sheet to code in, without the model's answers.",
)
@click.option("--double", type=click.FloatRange(0, 1), default=0.0, help="Share for a second coder: FILE-second.csv.")
@click.option("--seed", type=int, default=0, show_default=True, help="Of the draw.")
@CODEBOOK
@COLUMN
def sample(corpus: str, output: str, sheet: str | None, double: float, codebook: str, **given: Any) -> None:
    """Draw rows to code, each with the probability with which it was drawn.

    The sample has sample_probability and sample_stratum; framing shares needs them. Coders get the sheet, which shows
    neither these nor what a model said.
    """
    from framing.codebook import Codebook
    from framing.resources import codebook_path

    book = Codebook.load(codebook_path(codebook))
    check_output(Path(output))
    _check_sheet(sheet, double, output)
    rows = _drawn(corpus, given, book)
    _write_sample(rows, output, sheet, double, given["seed"], book)
    chances = [row.sample_probability or 0 for row in rows]
    print(
        f"{len(rows):,} rows of {len({row.doc_id for row in rows}):,} documents, drawn with probabilities from "
        f"{min(chances):.4f} to {max(chances):.4f}",
        file=sys.stderr,
    )


def _drawn(corpus: str, given: dict[str, Any], book: Codebook) -> list[Sentence]:
    """Draw from a corpus as the options say."""
    from framing.corpus.results import holds_predictions, read_predictions
    from framing.records import Prediction
    from framing.shares.corpus import groups_of, refuse_other_frames
    from framing.shares.draw import CODEBOOK as BY_CODEBOOK
    from framing.shares.draw import draw_sentences
    from framing.shares.study import names_of

    if holds_predictions(corpus):
        rows = _one_a_sentence(read_predictions(corpus))
        refuse_other_frames(corpus, rows, book)
    else:
        rows = [Prediction(s) for s in read_input(corpus, pairs(given["columns"], "--column"))]
    groups = groups_of(rows, names_of(given["by"]))
    cells = ["/".join(groups.names[g]) for g in groups.of_row]
    scores = _row_scores(rows, given["enrich"], given["predictions"], corpus) if given["enrich"] else None
    return draw_sentences(
        [row.sentence for row in rows],
        cells,
        given["n"],
        documents=given["documents"],
        scores=scores,
        seed=given["seed"],
        more={BY_CODEBOOK: book.digest[:12]},
    )


def _row_scores(rows: Sequence[Prediction], frames: Sequence[str], file: str | None, corpus: str) -> Values:
    """Return for each row the highest probability of the frames that are to be found."""
    import numpy as np

    from framing.corpus.results import read_predictions
    from framing.shares.corpus import corpus_of
    from framing.shares.gold import places_of

    if file is None and not rows[0].proba:
        raise click.UsageError(
            "--enrich: the corpus has no probabilities; name what framing predict wrote, --predictions"
        )
    found, predicted = corpus_of(rows if file is None else read_predictions(file), frames)
    if file is None:
        return found.proba.max(axis=1)
    places = places_of([row.sentence for row in rows], [p.sentence for p in predicted], corpus)
    return np.asarray(found.proba[places].max(axis=1))


def _one_a_sentence(predictions: Sequence[Prediction]) -> list[Prediction]:
    from framing.report.numbering import grouped_by_sentence

    return [group[0] for group in grouped_by_sentence(predictions)]


def _check_sheet(sheet: str | None, double: float, output: str) -> None:
    """Find out before the work whether the sheets can be written."""
    from framing.shares.sheet import SHEET_SUFFIXES

    if Path(output).suffix.lower() != ".jsonl":
        raise OutputError(f"{output}: the sample is written as JSON Lines; name a .jsonl file")
    if sheet is None:
        if double:
            raise click.UsageError("--double: also name the sheet, --coding-sheet FILE.csv")
        return
    if Path(sheet).suffix.lower() not in SHEET_SUFFIXES:
        raise OutputError(f"{sheet}: unknown kind of sheet; expected .csv, .xlsx or .json (Label Studio)")
    for path in (Path(sheet), _beside_sheet(sheet, "-second"), _beside_sheet(sheet, "", ".xml")):
        check_output(path)


def _beside_sheet(sheet: str, name: str, suffix: str | None = None) -> Path:
    path = Path(sheet)
    return path.with_name(f"{path.stem}{name}{path.suffix if suffix is None else suffix}")


def _write_sample(
    rows: Sequence[Sentence], output: str, sheet: str | None, double: float, seed: int, book: Codebook
) -> None:
    from framing.shares.sheet import label_studio_config, second_coder, sheet_csv, sheet_label_studio, sheet_xlsx

    write_result("".join(json.dumps(row.to_row(), ensure_ascii=False) + "\n" for row in rows), output)
    if sheet is None:
        return
    kind = Path(sheet).suffix.lower()
    sheets = {sheet: rows} | (
        {str(_beside_sheet(sheet, "-second")): second_coder(rows, double, seed)} if double else {}
    )
    for place, part in sheets.items():
        if kind == ".xlsx":
            write_bytes(sheet_xlsx(part, book), place)
        else:
            write_result(sheet_label_studio(part) if kind == ".json" else sheet_csv(part), place)
    if kind == ".json":
        write_result(label_studio_config(book), str(_beside_sheet(sheet, "", ".xml")))


def measured(given: dict[str, Any], **more: bool) -> ShareTable:
    """Read predictions and coded rows as ``pilot_options`` name them, and estimate the shares."""
    return read_study(given, **more).table()


def read_study(given: dict[str, Any], **more: bool) -> Study:
    """Read predictions and coded rows as ``pilot_options`` name them; ``more`` is of the ``Question``."""
    from framing.corpus.dataset import read_sentences
    from framing.corpus.results import read_predictions
    from framing.shares.study import study_of

    book, coded = read_coded(given["gold"], given["codebook"], given["columns"])
    return study_of(
        read_predictions(given["predictions"]),
        coded,
        asked(given, **more),
        sample=None if given["sample"] is None else read_sentences(Path(given["sample"]), book),
        codebook=book.digest,
        learned=[s for file in given["trained_on"] for s in read_sentences(Path(file), book)],
        origin=given["gold"],
    )


def asked(given: dict[str, Any], **more: bool) -> Question:
    """Return what ``pilot_options`` ask."""
    from framing.shares.study import Question

    is_random = given["gold_is_random"]
    return Question(
        tuple(given["by"]), tuple(given["frames"]), given["beyond"], is_random=is_random, stance=given["stance"], **more
    )

"""The command line. Results go to standard output, everything else to standard error."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import signal
import sys
import tempfile
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

import click

from framing import __version__
from framing.errors import FramingError, FramingWarning, InputError, OutputError

if TYPE_CHECKING:
    from framing.codebook import Codebook
    from framing.model.priors import PriorShift
    from framing.predictor import Predictor
    from framing.records import Prediction, Sentence

# Heavy modules are imported inside the commands: `framing --help` answers at once.

MODEL = click.option(
    "--model",
    metavar="DIR|models:/NAME@ALIAS|runs:/ID",
    help="Model to use.  [default: the store's champion, else the model that ships: shipped]",
)
STORE = click.option(
    "--store", metavar="URI", help="Tracking store.  [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]"
)
COLUMN = click.option(
    "--column", "columns", metavar="FIELD=NAME", multiple=True, help="Your own column name, e.g. text=sentence."
)
THRESHOLD = click.option(
    "--threshold", "thresholds", metavar="LABEL=P", multiple=True, help="Replace the model's threshold of a frame."
)
GOAL = click.option(
    "--goal",
    metavar="GOAL",
    help="Thresholds for f1, count, 'precision>=0.9' or 'recall>=0.9'.  [default: the model's]",
)
ADAPT = click.option(
    "--adapt-priors", is_flag=True, help="Move the frames' probabilities to their shares as estimated from the input."
)


def main() -> NoReturn:
    """Run the command line; expected errors become one line and exit code 1."""
    warnings.showwarning = _show_warning
    try:
        group.main(prog_name="framing", standalone_mode=False)
        code = 0
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        error.show()
        code = error.exit_code
    except FramingError as error:
        print(f"error: {' '.join(str(error).split())}", file=sys.stderr)
        code = 1
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        code = 130
    except BrokenPipeError:  # `framing predict ... | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="framing")
def group() -> None:
    """Measure who frames the same matter how: frames and stance of news sentences."""


@group.command(context_settings={"ignore_unknown_options": True, "help_option_names": []}, add_help_option=False)
@click.argument("overrides", nargs=-1, type=click.UNPROCESSED)
def train(overrides: tuple[str, ...]) -> None:
    """Train a model; all that follows goes to Hydra (framing train --help)."""
    signal.signal(signal.SIGTERM, _interrupt)  # an ended job is a killed run too
    from framing.app import run

    run(list(overrides))


@group.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE... | -")
@MODEL
@STORE
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "jsonl", "csv", "html"]),
    default="table",
    show_default=True,
    help="How the result is written.",
)
@click.option("--output", metavar="FILE", help="Write the result here instead of to standard output.")
@click.option("--target", help="Toward what the stance is taken, for all sentences.")
@THRESHOLD
@GOAL
@ADAPT
@click.option("--abstain", type=float, metavar="RISK", help="Decide only what can be decided at this risk of an error.")
@COLUMN
def predict(
    files: tuple[str, ...],
    model: str | None,
    store: str | None,
    form: str,
    output: str | None,
    target: str | None,
    thresholds: tuple[str, ...],
    goal: str | None,
    adapt_priors: bool,
    abstain: float | None,
    columns: tuple[str, ...],
) -> None:
    """Label the sentences of articles (.txt .md .html, or - for standard input) or tables (.jsonl .csv .tsv .parquet).

    Articles are split into sentences; in a table each row is one sentence.
    """
    chosen = _pairs(thresholds, "--threshold", number=True)
    named = _pairs(columns, "--column")
    if output is not None:
        _check_output(Path(output))
    # A document goes by its file's name, or by the whole path where two files have one name.
    names = [Path(file).name for file in files]
    doc_ids = [file if names.count(name) > 1 else name for file, name in zip(files, names, strict=True)]
    sentences = [s for file, doc_id in zip(files, doc_ids, strict=True) for s in _read(file, named, doc_id)]
    predictor = _load(model, store)
    predictions = predictor.predict(
        sentences, target=target, thresholds=chosen, goal=goal, adapt_priors=adapt_priors, abstain=abstain
    )
    _tell(predictions.shifts)
    _write(_formatted(predictions, predictor.labels, form, output, files), output)


@group.command()
@click.argument("file")
@MODEL
@STORE
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="Form of the result.",
)
@THRESHOLD
@GOAL
@ADAPT
@COLUMN
def evaluate(
    file: str,
    model: str | None,
    store: str | None,
    form: str,
    thresholds: tuple[str, ...],
    goal: str | None,
    adapt_priors: bool,
    columns: tuple[str, ...],
) -> None:
    """Score a model on coded rows, with 95 % bootstrap intervals over documents."""
    from framing.measure.metrics import flat
    from framing.report.table import rows_text
    from framing.training import evaluate_classifier

    chosen = _pairs(thresholds, "--threshold", number=True)
    sentences = _read(file, _pairs(columns, "--column"))
    predictor = _load(model, store)
    _check_codes(sentences, predictor, file)
    shifts: dict[str, PriorShift] = {}
    try:
        estimates = evaluate_classifier(
            predictor.classifier, sentences, "test", chosen, goal=goal, adapt_priors=adapt_priors, shifts=shifts
        )
    except InputError as error:
        raise InputError(f"{file}: {str(error).removeprefix('test: ')}") from None
    _tell(shifts)
    scores = flat(estimates)
    if form == "json":
        _write(json.dumps(scores, indent=2) + "\n", None)
        return
    rows = [
        (
            path.removeprefix("test/"),
            f"{scores[path]:.3f}",
            f"[{scores[f'{path}_low']:.3f}, {scores[f'{path}_high']:.3f}]",
        )
        for path in estimates
        if path in scores and f"{path}_low" in scores
    ]
    _write(rows_text(["score", "value", "95 % interval"], rows, _width()), None)


@group.command()
@STORE
@click.option("--experiment", help="Only the runs of this experiment.")
@click.option("--all", "everything", is_flag=True, help="Also runs without a score: failed, killed, parents of sweeps.")
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "csv"]),
    default="table",
    show_default=True,
    help="Form of the result.",
)
def runs(store: str | None, experiment: str | None, everything: bool, form: str) -> None:
    """Rank training runs, best first; * marks the champion."""
    from datetime import datetime

    from framing.report.table import rows_text
    from framing.tracking import Store, store_uri

    found = [run for run in Store(store_uri(store)).runs(experiment) if everything or run.score is not None]
    columns = [
        "",
        "run",
        "name",
        "encoder",
        "head",
        "words",
        "score",
        "95 % interval",
        "metric",
        "experiment",
        "started",
        "status",
    ]
    rows = []
    for run in found:
        started = f"{datetime.fromtimestamp(run.started / 1000):%Y-%m-%d %H:%M}"
        score = "" if run.score is None else f"{run.score:.3f}"
        interval = "" if run.low is None or run.high is None else f"[{run.low:.3f}, {run.high:.3f}]"
        choices = [run.params.get(key, "") for key in ("encoder", "head", "words")]
        mark = "*" if run.champion else ""
        figures = [score, interval, run.metric, run.experiment, started, run.status]
        rows.append([mark, run.run_id[:8], run.name, *choices, *figures])
    _write(_csv(columns, rows) if form == "csv" else rows_text(columns, rows, max(_width(), 170)), None)


@group.command()
@click.argument("run")
@STORE
def promote(run: str, store: str | None) -> None:
    """Make a run's model the champion: the one that predict uses. RUN is an id, its beginning, or a name."""
    from framing.tracking import CHAMPION, REGISTERED_MODEL, Store, store_uri

    opened = Store(store_uri(store))
    chosen = opened.find_run(run)
    version = opened.promote(chosen)
    print(f"{REGISTERED_MODEL} version {version} ({chosen.name}, run {chosen.run_id[:8]}) is now the {CHAMPION}")


@group.command()
@STORE
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=5000, show_default=True, help="Port to listen on.")
@click.option("--experiment", help="Experiment to link to.  [default: the one used last]")
def ui(store: str | None, host: str, port: int, experiment: str | None) -> None:
    """Open the MLflow UI on the store, with a link to the training runs."""
    from framing.tracking import Store, store_uri

    opened = Store(store_uri(store))
    address = f"http://{host}:{port}" if opened.database is not None else opened.uri
    print(f"training runs: {opened.training_link(address, experiment)}", flush=True)
    if opened.database is None:  # a server has its own UI
        return
    print(f"store {opened.uri}; stop with Ctrl-C", file=sys.stderr, flush=True)
    code = opened.serve(host, port)
    if code:
        raise click.exceptions.Exit(code)


@group.group()
def data() -> None:
    """Look at coded data before training on it."""


@data.command()
@click.argument("path", metavar="FILE|DIR")
@click.option("--codebook", default="shipped", show_default=True, help="Codebook to check the labels against.")
@COLUMN
def check(path: str, codebook: str, columns: tuple[str, ...]) -> None:
    """Check structure, counts, repeated texts, near duplicates and repeated skeletons; exit code 1 on a finding."""
    from framing.corpus.audit import check_sentences

    _, sentences = _coded(path, codebook, columns)
    findings = check_sentences(sentences)
    for finding in findings:
        print(finding)
    if findings:
        raise InputError(f"{path}: {len(findings)} finding(s) in {len(sentences):,} rows")
    print(f"{path}: {len(sentences):,} rows, no findings")


@data.command()
@click.argument("path", metavar="FILE|DIR")
@click.option("--codebook", default="shipped", show_default=True, help="Codebook to check the labels against.")
@click.option("--figure", metavar="FILE.png", help="Also draw it.")
@COLUMN
def describe(path: str, codebook: str, figure: str | None, columns: tuple[str, ...]) -> None:
    """Print what is in coded data: labels, pairs of labels, stances, targets, lengths, and your own columns."""
    from framing.corpus.audit import describe_sentences

    if figure is not None:
        if Path(figure).suffix.lower() not in (".png", ".svg", ".pdf"):
            raise OutputError(f"{figure}: unknown kind of figure; expected .png, .svg or .pdf")
        _check_output(Path(figure))
    book, sentences = _coded(path, codebook, columns)
    _write(describe_sentences(sentences, book), None)
    if figure is not None:
        from framing.report.plots import corpus_figure

        corpus_figure(sentences, book).savefig(figure, dpi=110)


@data.command()
@click.argument("files", metavar="FILE FILE...", nargs=-1, required=True)
@click.option("--codebook", default="shipped", show_default=True, help="Codebook to check the labels against.")
@COLUMN
def agreement(files: tuple[str, ...], codebook: str, columns: tuple[str, ...]) -> None:
    """Compare coders who coded the same sentences, a file each: Krippendorff's alpha by label, with intervals."""
    from framing.measure.agreement import agreement as compare
    from framing.report.table import rows_text

    if len(files) < 2:
        raise click.UsageError("agreement: name the files of at least two coders")
    book, _ = _coded(files[0], codebook, columns)
    names = [Path(file).stem for file in files]
    coders = names if len(set(names)) == len(names) else list(files)
    found = compare(
        {coder: _coded(file, codebook, columns)[1] for coder, file in zip(coders, files, strict=True)}, book
    )
    rows = []
    for label, result in found.items():
        low, high = result.alpha.interval()
        rows.append(
            [
                label,
                f"{result.units:,}",
                *(f"{result.counts[coder]:,}" for coder in coders),
                f"{result.percent.value:.3f}",
                f"{result.alpha.value:.3f}",
                f"[{low:.3f}, {high:.3f}]",
            ]
        )
    _write(rows_text(["label", "units", *coders, "equal", "alpha", "95 % interval"], rows, _width()), None)


@data.command()
@click.argument("path", metavar="FILE|DIR")
@click.option("--codebook", default="shipped", show_default=True, help="Codebook to check the labels against.")
@COLUMN
def audit(path: str, codebook: str, columns: tuple[str, ...]) -> None:
    """Ask what gives a frame away: names, sources, other columns, the words of its own name; and near duplicates."""
    from framing.leakage import audit_sentences
    from framing.model.encoders import SentenceEncoder
    from framing.report.table import rows_text

    book, sentences = _coded(path, codebook, columns)
    found = audit_sentences(sentences, book, SentenceEncoder())
    rows = []
    for clue, estimates in found.auc.items():
        for frame, estimate in estimates.items():
            low, high = estimate.interval()
            rows.append([f"{clue} alone", frame, f"{estimate.value:.3f}", f"[{low:.3f}, {high:.3f}]"])
    _write(rows_text(["guessed from", "frame", "AUC", "95 % interval"], rows, _width()), None)
    for one, other, cosine in found.near_duplicates:
        print(f"rows {one} and {other}: near duplicates in different groups (cosine {cosine:.2f})")


def _coded(path: str, codebook: str, columns: tuple[str, ...]) -> tuple[Codebook, list[Sentence]]:
    """Read coded rows, checked against a codebook."""
    from framing.codebook import Codebook
    from framing.corpus.dataset import read_sentences
    from framing.resources import codebook_path

    book = Codebook.load(codebook_path(codebook))
    return book, read_sentences(path, book, _pairs(columns, "--column"))


def _load(model: str | None, store: str | None) -> Predictor:
    from framing.predictor import Predictor

    return Predictor.load(model, store)


def _read(file: str, columns: dict[str, Any], doc_id: str = "") -> list[Sentence]:
    """Read one file's sentences: rows of a table, or the sentences of an article."""
    from framing.corpus.dataset import SUFFIXES, read_sentences, read_text
    from framing.text.document import DOCUMENT_SUFFIXES, document_text
    from framing.text.segment import segment

    path = Path(file)
    if file == "-":
        try:
            text = sys.stdin.buffer.read().decode("utf-8-sig")
        except UnicodeDecodeError as error:
            raise InputError(f"standard input: not UTF-8 (byte {error.start}); convert it and try again") from None
        name = "standard input"
    elif path.suffix.lower() in SUFFIXES:
        return read_sentences(path, columns=columns)
    elif path.suffix.lower() in DOCUMENT_SUFFIXES:
        text, name = document_text(read_text(path), path.suffix, file), file
    elif not path.exists():
        raise InputError(f"{file}: no such file")
    elif path.is_dir():
        raise InputError(f"{file}: a folder; name the files in it, such as {path / '*.txt'}")
    else:
        expected = ", ".join((*DOCUMENT_SUFFIXES, *SUFFIXES))
        raise InputError(f"{file}: unknown kind of file {path.suffix!r}; expected {expected}, or - for standard input")
    sentences = segment(text, doc_id="" if file == "-" else doc_id)
    if not sentences:
        raise InputError(f"{name}: no sentence in it")
    return sentences


def _tell(shifts: Mapping[str, PriorShift]) -> None:
    for task, shift in shifts.items():
        print(f"shares of {task}, in training → here: {shift}", file=sys.stderr)


def _check_codes(sentences: Sequence[Sentence], predictor: Predictor, file: str) -> None:
    """Make sure that coded labels are the model's own."""
    book = predictor.codebook
    for number, sentence in enumerate(sentences, 1):
        unknown = [label for label in sentence.frames or () if label not in book.frame_names]
        unknown += [sentence.stance] if sentence.stance and sentence.stance not in book.stance_names else []
        if unknown:
            expected = ", ".join((*book.frame_names, *book.stance_names))
            raise InputError(f"{file}, row {number}: unknown label {unknown[0]!r}; the model knows: {expected}")


def _formatted(
    predictions: Sequence[Prediction], labels: tuple[str, ...], form: str, output: str | None, files: tuple[str, ...]
) -> str:
    if form == "jsonl":
        return "".join(json.dumps(prediction.to_row(), ensure_ascii=False) + "\n" for prediction in predictions)
    if form == "csv":
        return _predictions_csv(predictions)
    if form == "html":
        from framing.report.html import predictions_page

        return predictions_page(predictions, labels, "Frames in " + ", ".join(Path(file).name for file in files))
    from framing.report.table import predictions_text

    colour = output is None and sys.stdout.isatty() and "NO_COLOR" not in os.environ
    return predictions_text(predictions, labels, _width(), colour)


def _predictions_csv(predictions: Sequence[Prediction]) -> str:
    rows = []
    for prediction in predictions:
        row = prediction.to_row()
        proba, stance_proba = row.pop("proba"), row.pop("stance_proba") or {}
        row["frames"] = ";".join(row["frames"]) or "none"
        row["abstained"] = ";".join(row["abstained"])
        if "coded_frames" in row:
            row["coded_frames"] = ";".join(row["coded_frames"]) or "none"
        row |= {f"proba_{label}": round(p, 6) for label, p in proba.items()}
        row |= {f"stance_proba_{label}": round(p, 6) for label, p in stance_proba.items()}
        rows.append({k: json.dumps(v, ensure_ascii=False) if isinstance(v, list | dict) else v for k, v in row.items()})
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return _csv(columns, [["" if row.get(name) is None else row[name] for name in columns] for row in rows])


def _csv(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(rows)
    return buffer.getvalue()


def _pairs(values: Sequence[str], option: str, number: bool = False) -> dict[str, Any]:
    pairs: dict[str, Any] = {}
    for value in values:
        key, equals, right = value.partition("=")
        try:
            if not (key and equals and right):
                raise ValueError
            pairs[key] = float(right) if number else right
        except ValueError:
            raise click.UsageError(f"{option} {value}: expected {'LABEL=P' if number else 'FIELD=NAME'}") from None
    return pairs


def _check_output(path: Path) -> None:
    """Find out before the work whether the result can be written."""
    try:
        if path.is_dir():
            raise OutputError(f"{path}: is a folder; name a file")
        with tempfile.NamedTemporaryFile(dir=path.absolute().parent, prefix=f".{path.name}-"):
            pass
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another place with --output") from None


def _write(text: str, output: str | None) -> None:
    """Write the result whole: a file is replaced only when all of it is there."""
    if output is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    path = Path(output).absolute()
    try:
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", newline="", dir=path.parent, prefix=f".{path.name}-", delete=False
        ) as stream:
            stream.write(text)
        Path(stream.name).chmod(0o666 & ~_umask())
        Path(stream.name).replace(path)
    except OSError as error:
        raise OutputError(f"{path}: cannot be written ({error.strerror}); choose another place with --output") from None


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _width() -> int:
    return shutil.get_terminal_size((120, 24)).columns


def _interrupt(number: int, frame: Any) -> NoReturn:
    raise KeyboardInterrupt


def _show_warning(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
    """Show our own warnings as one line; those of libraries are for developers (python -W) and are not shown."""
    if issubclass(category, FramingWarning):
        print(f"warning: {message}", file=sys.stderr)

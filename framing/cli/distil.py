"""``framing distil``: a student that settles frames without the encoder."""

from __future__ import annotations

import sys

import click

from framing.cli.files import check_exists, read_files, terminal_width, write_result
from framing.cli.options import BACKEND, COLUMN, INPUT_FORMAT, STORE, pairs
from framing.installed import need


@click.command()
@click.argument("model", metavar="MODEL")
@click.option(
    "--texts",
    "files",
    metavar="FILE",
    multiple=True,
    required=True,
    help="Articles or tables of such text as the model will read; no codes are needed. Give it again for more.",
)
@click.option(
    "--further",
    "others",
    metavar="FILE",
    multiple=True,
    help="More texts to learn from, by which the student is not judged: other text, or what the model was trained on.",
)
@click.option("-o", "--output", metavar="FOLDER", required=True, help="Where the model with its student is saved.")
@click.option(
    "--loss",
    type=click.FloatRange(0, 1, min_open=True, max_open=True),
    default=0.004,
    show_default=True,
    help="Macro-F1 that --fast may lose, as expected by the model's probabilities of documents new to the student.",
)
@click.option("--epochs", type=click.IntRange(1), default=5, show_default=True, help="How often each text is read.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Seed of all chance.")
@STORE
@BACKEND
@INPUT_FORMAT
@COLUMN
def distil(
    model: str,
    files: tuple[str, ...],
    others: tuple[str, ...],
    output: str,
    loss: float,
    epochs: int,
    seed: int,
    store: str | None,
    backend: str,
    input_format: str,
    columns: tuple[str, ...],
) -> None:
    """Teach a small, fast student what MODEL says of texts, and save both together for --fast.

    MODEL is a folder, a name of one that ships, models:/NAME@ALIAS or runs:/ID. The student knows frames, not the
    stance. Told is, by label, the F1 that the model's own probabilities of documents new to the student let expect: of
    the model (f1), of both together (fast), of the student alone (only); and how many sentences go to the encoder. The
    more sentences, the fewer: take tens of thousands. A thousand take about twenty seconds.
    """
    need("torch")  # before the model has read for hours, and before what a smaller extra would bring
    from framing.model.persistence import check_model_folder, save_model
    from framing.model.student.certainty import FEWEST_OF_A_LABEL
    from framing.predictor import Predictor
    from framing.report.table import rows_text
    from framing.training.distilling import distil as distilled
    from framing.training.distilling import taught

    for file in (*files, *others):
        check_exists(file)
    named = pairs(columns, "--column")
    check_model_folder(output)
    teacher = Predictor.load(model, store, backend).classifier
    task = taught(teacher)  # what cannot be a teacher is said before the files are read
    sentences, further = (read_files(part, named, input_format) if part else [] for part in (files, others))
    student = distilled(
        teacher,
        sentences,
        further=further,
        loss=loss,
        epochs=epochs,
        seed=seed,
        told=lambda step: print(step, file=sys.stderr),
    )
    teacher.student = student
    folder = save_model(teacher, output)
    certainty = student.certainty(task.decoder, task.thresholds_)
    rows = [
        (label, *(f"{value:.3f}" for value in (of.f1, of.fast_f1, of.only_f1)))
        for label, of in zip(task.labels, certainty.worth, strict=True)
    ]
    table = rows_text(["label", "f1", "fast", "only"], rows, terminal_width())
    told = student.told
    end = (
        f"{told['passed_on']:.1%} of {told['judged_sentences']:,} sentences of {told['judged_documents']:,} documents "
        f"that it did not see go to the encoder. Use it: --model {folder.name} --fast, or --fast=only"
    )
    if rare := [label for label, few in zip(task.labels, certainty.unknown, strict=True) if few]:
        end += (
            f"\nThe model gives {', '.join(rare)} to fewer than {FEWEST_OF_A_LABEL} of them. Of so few nothing is "
            "known, so that all goes to the encoder: distil on more text, or on such as has it."
        )
    write_result(f"{table}{end}\n", None)

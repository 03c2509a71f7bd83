"""The options that several commands share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.resources import SHIPPED, SHIPPED_MODELS

if TYPE_CHECKING:
    from framing.corpus.readers import Reading

Command = Callable[..., Any]

_READ_WITH = ", ".join(f"{name} with {model.encoder.rpartition('/')[2]}" for name, model in SHIPPED_MODELS.items())
MODEL = click.option(
    "--model",
    metavar="|".join(("DIR", *SHIPPED_MODELS, "models:/NAME@ALIAS", "runs:/ID")),
    help=f"Model to use. Two ship: {_READ_WITH}.  [default: the store's champion, else {SHIPPED}]",
)
STORE = click.option(
    "--store", metavar="URI", help="Tracking store.  [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]"
)
BACKEND = click.option(
    "--backend",
    type=click.Choice(("auto", "torch", "openvino")),
    default="auto",
    show_default=True,
    help="What computes the encoder's vectors; auto: openvino where it can be converted, several times as fast.",
)


class FastCommand(click.Command):
    """A command in which ``--fast`` may stand alone or as ``--fast=only``; what comes next is no value of it."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """See ``click.Command``."""
        return super().parse_args(ctx, ["--fast=cascade" if arg == "--fast" else arg for arg in args])


def _check_fast_option(context: click.Context, option: click.Parameter, value: str | None) -> str | None:
    if value is not None:
        from framing.errors import ConfigError
        from framing.model.student.cascade import check_fast

        try:
            check_fast(value)
        except ConfigError:
            raise click.UsageError(
                f"--fast={value}: expected --fast, --fast=only or --fast=LOSS, such as 0.01"
            ) from None
    return value


FAST = click.option(
    "--fast",
    metavar="[=only|=LOSS]",
    callback=_check_fast_option,
    help="Let the model's student settle the frames it is certain of, several times as fast; the encoder reads the "
    "rest. --fast=only: the student alone; --fast=0.01: where so much macro-F1 may be lost. See framing distil.",
)


def tell_fast(provenances: Iterable[Mapping[str, Any]]) -> None:
    """Say on standard error how many sentences went to the encoder, where a student was asked first."""
    asked = [provenance["fast"] for provenance in provenances if "fast" in provenance]
    if asked:
        tell_passed(asked[0]["way"], *(sum(fast[name] for fast in asked) for name in ("sentences", "passed_on")))


def tell_passed(way: str | None, n: int, n_passed: int) -> None:
    """Say so of so many sentences."""
    told = (
        "all are the student's" if way == "only" else f"{n_passed:,} went to the encoder ({n_passed / max(1, n):.1%})"
    )
    click.echo(f"fast: of {n:,} sentences {told}", err=True)


_READING = "framing.reading"  # where a command's context keeps what is said about tables


def _keep_reading(context: click.Context, parameter: click.Parameter, value: str | None) -> None:
    if value is not None:
        context.meta.setdefault(_READING, {})[parameter.name] = value


def reading_of() -> Reading:
    """Return what the options of the running command say about tables."""
    from framing.corpus.readers import Reading

    context = click.get_current_context(silent=True)
    given = dict(context.meta.get(_READING, {})) if context else {}
    delimiter = given.get("delimiter")
    if delimiter is not None:
        given["delimiter"] = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";"}.get(delimiter, delimiter)
        if len(given["delimiter"]) != 1:
            raise click.UsageError(f"--delimiter {delimiter}: expected one character, or tab")
    return Reading(**given)


_ALL_LINES = "framing.all_lines"


def _keep_all_lines(context: click.Context, parameter: click.Parameter, value: bool) -> None:
    context.meta[_ALL_LINES] = value


ALL_LINES = click.option(
    "--all-lines",
    is_flag=True,
    expose_value=False,
    callback=_keep_all_lines,
    help="Of articles, keep bylines, datelines, advertisements and links as sentences.",
)


def with_all_lines() -> bool:
    """Say whether the running command was asked to keep lines that are no sentences."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(_ALL_LINES))


def _reading_option(name: str, metavar: str, told: str) -> Callable[[Command], Command]:
    return click.option(name, metavar=metavar, expose_value=False, callback=_keep_reading, help=told)


_OF_TABLES = (
    click.option(
        "--column",
        "columns",
        metavar="FIELD=NAME",
        multiple=True,
        help="Your own column name, e.g. text=sentence; FIELD= leaves a field alone. A column for each label: "
        "'frames=A,B,C' or 'frames=topic_*'.",
    ),
    _reading_option(
        "--encoding", "NAME", "How a table's text is encoded, e.g. cp1252.  [default: found out, and told]"
    ),
    _reading_option("--delimiter", "SIGN", "What stands between cells: , ; | or tab.  [default: found out, and told]"),
    _reading_option("--sheet", "NAME", "The sheet of a workbook.  [default: the first that has rows]"),
)


def COLUMN(command: Command) -> Command:  # noqa: N802 - used as the options beside it
    """Add the options that say how a table is read; ``reading_of`` has those of the file itself."""
    for option in reversed(_OF_TABLES):
        command = option(command)
    return command


INPUT_FORMATS = ("auto", "text", "lines", "articles", "md", "html", "jsonl", "json", "csv", "tsv", "xlsx", "parquet")
INPUT_FORMAT = click.option(
    "--input-format",
    metavar="FORMAT",
    type=click.Choice(INPUT_FORMATS),
    default="auto",
    help=f"What the input is, whatever its name says: {', '.join(INPUT_FORMATS[1:])}; lines: each line is a sentence, "
    "as in a list of headlines or posts; articles: a table whose rows are whole articles, which are split into "
    "sentences.  [default: by the name; standard input: by how it begins]",
)
TARGET = click.option(
    "--target",
    "given",
    metavar="TEXT",
    multiple=True,
    help="Toward what the stance is taken, for all sentences; given again, another target.",
)
TARGETS = click.option(
    "--targets",
    "lists",
    metavar="FILE",
    multiple=True,
    help="More targets, one a line; # begins a line left out. A table (.csv .xlsx ...) with columns doc_id and target: "
    "of each document its own.",
)
CODEBOOK = click.option(
    "--codebook", default="shipped", show_default=True, help="Codebook to check the labels against."
)
_RULE = (
    click.option(
        "--threshold",
        "thresholds",
        metavar="LABEL=P",
        multiple=True,
        help="Replace the threshold of a frame or of a side of the stance.",
    ),
    click.option(
        "--goal",
        metavar="GOAL",
        help="Thresholds for f1, micro_f1, count, 'precision>=0.9' or 'recall>=0.9'; the two bounds hold for the sides "
        "of the stance too.  [default: the model's]",
    ),
    click.option(
        "--adapt-priors",
        flag_value="batch",
        help="Move the frames' probabilities to their shares as estimated from the input; decides the same frames.",
    ),
    click.option(
        "--adapt-documents",
        "adapt_priors",
        flag_value="document",
        help="Move them to their shares in each document, and decide by the moved ones: for articles full of a frame.",
    ),
)
_ABSTAIN = click.option(
    "--abstain", type=float, metavar="RISK", help="Decide only what can be decided at this risk of an error."
)


OUTPUT = click.option(
    "-o",
    "--output",
    metavar="FILE",
    is_eager=True,  # its ending is asked where --format is not given
    help="Write the result here instead of to standard output.",
)


def output_format(*choices: str, to_file: bool = True) -> Callable[[Command], Command]:
    """Add ``--format``; without it the ending of ``--output`` decides where it names a choice, else the first does.

    A command without ``--output`` is not ``to_file``.
    """
    default = f"by the ending of --output, else {choices[0]}" if to_file else choices[0]

    def by_ending(context: click.Context, option: click.Parameter, value: str | None) -> str:
        ending = Path(context.params.get("output") or "").suffix.removeprefix(".").lower()
        return value or (ending if ending in choices else choices[0])

    return click.option(
        "--format",
        "form",
        type=click.Choice(choices),
        callback=by_ending,
        help=f"How the result is written.  [default: {default}]",
    )


def rule_options(abstain: bool = False) -> Callable[[Command], Command]:
    """Add the options of a ``Rule``, and hand them to the command as one argument ``rule``."""

    def decorate(command: Command) -> Command:
        @wraps(command)
        def with_rule(*args: Any, **given: Any) -> Any:
            from framing.model.decisions.rule import Rule

            parts = {name: given.pop(name) for name in ("goal", "adapt_priors", *(["abstain"] if abstain else []))}
            parts["adapt_priors"] = parts["adapt_priors"] or False
            thresholds = pairs(given.pop("thresholds"), "--threshold", number=True)
            return command(*args, rule=Rule(thresholds, **parts), **given)

        for option in reversed([*_RULE, *([_ABSTAIN] if abstain else [])]):
            with_rule = option(with_rule)
        return with_rule

    return decorate


def targets_of(given: Sequence[str], lists: Sequence[str]) -> tuple[str, ...] | None:
    """Return the targets of the command line, then those of the files; ``None`` where there are neither."""
    from framing.corpus.readers import is_table_name
    from framing.corpus.target_lists import read_targets, target_list

    if "-" in lists:
        raise click.UsageError("--targets -: standard input has sentences, not targets; name a file")
    plain = [file for file in lists if not is_table_name(Path(file))]
    targets = [*given, *(target for file in plain for target in read_targets(Path(file)))]
    return target_list(targets, "--target") if targets else None


def targets_by_document(lists: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the targets of each document, of those files that are tables."""
    from framing.corpus.readers import is_table_name
    from framing.corpus.target_lists import read_target_table

    found: dict[str, tuple[str, ...]] = {}
    for file in lists:
        if is_table_name(Path(file)):
            for document, own in read_target_table(Path(file)).items():
                found[document] = tuple(dict.fromkeys((*found.get(document, ()), *own)))
    return found


def pairs(values: Sequence[str], option: str, number: bool = False) -> dict[str, Any]:
    """Return what was given as ``KEY=VALUE``, several times over, as a mapping; values are names, or numbers.

    A name may be empty.
    """
    given: dict[str, Any] = {}
    for value in values:
        key, equals, right = value.partition("=")
        try:
            if not (key and equals):
                raise ValueError
            given[key] = float(right) if number else right
        except ValueError:
            raise click.UsageError(f"{option} {value}: expected {'LABEL=P' if number else 'FIELD=NAME'}") from None
    return given

"""``framing bundle``: a replication package, made and checked."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from framing.cli.files import read_coded, write_result
from framing.cli.options import CODEBOOK, COLUMN, STORE
from framing.cli.shares import PILOT_FURTHER, asked, read_study
from framing.cli.sharing import SALT, check_salt
from framing.errors import InputError
from framing.installed import need

if TYPE_CHECKING:
    from framing.bundle.make import Material
    from framing.codebook import Codebook


def _measured_options(command: Any) -> Any:
    for option in reversed((*PILOT_FURTHER, CODEBOOK, COLUMN)):
        command = option(command)
    return command


@click.command()
@click.argument("run", metavar="[RUN]", required=False)
@click.option("--output", "-o", metavar="DIR", help="The new folder to write.")
@click.option("--check", metavar="DIR", help="Check a package instead: is it as it was made, do its numbers come out.")
@STORE
@click.option("--predictions", metavar="FILE", help="What framing predict wrote of the corpus (jsonl).")
@click.option("--gold", metavar="CODED", help="What people coded of it.")
@click.option("--second", metavar="CODED", help="What a second coder coded of the sample.")
@click.option("--together", is_flag=True, help="As of framing shares.")
@click.option("--differences", is_flag=True, help="As of framing shares.")
@SALT
@_measured_options
def bundle(run: str | None, output: str | None, check: str | None, salt: str, **given: Any) -> None:
    """Put together what a published measurement rests on: a folder for an archive, without the texts.

    It holds the codebook, what the RUN was (configuration, split, scores, card, held-out rows), predictions and coded
    rows with digests in the place of their text, shares, figures, versions, and a paragraph on methods. With --check
    DIR every digest is compared and every number computed again; exit code 1 where something differs.
    """
    if check is not None:
        if run is not None or output is not None:
            raise click.UsageError("--check DIR: takes no RUN and no --output")
        _check_package(Path(check))
        return
    if output is None:
        raise click.UsageError("name the folder to write, -o DIR (or a package to check, --check DIR)")
    if run is None and given["predictions"] is None:
        raise click.UsageError("name a RUN, or --predictions and --gold, or both")
    if (given["predictions"] is None) != (given["gold"] is None):
        raise click.UsageError("--predictions and --gold: name both, or none")
    check_salt(salt)
    print(*_make(run, Path(output), given, salt), sep="\n", file=sys.stderr)


def _check_package(folder: Path) -> None:
    from framing.bundle.check import check_bundle

    found = check_bundle(folder)
    write_result("".join(f"{one.kind:<8}{one.text}\n" for one in found), None)
    if wrong := sum(one.kind == "differs" for one in found):
        raise InputError(f"{folder}: {wrong} thing{'s differ' if wrong > 1 else ' differs'} from what was made")


def _make(run: str | None, folder: Path, given: dict[str, Any], salt: str) -> list[str]:
    need("mlflow")
    from framing.app.compare import codebook_of
    from framing.bundle.make import make_bundle
    from framing.tracking import Store, find_run, store_uri

    if run is None:
        return make_bundle(folder, _material(given, None), salt=salt)
    store = Store(store_uri(given["store"]))
    found = find_run(store, run)
    return make_bundle(folder, _material(given, codebook_of(store, found)), store, found, salt)


def _material(given: dict[str, Any], book: Codebook | None) -> Material:
    """Read what was measured; ``book`` is the run's codebook."""
    from framing.bundle.make import Material
    from framing.corpus.dataset import read_sentences
    from framing.corpus.results import read_predictions
    from framing.shares.gold import beside_sample

    if given["gold"] is None:
        assert book is not None
        return Material(book)
    more = {name: given[name] for name in ("together", "differences")}
    study = read_study(given, **more)
    of_codes, coded = read_coded(given["gold"], given["codebook"], given["columns"])
    if book is not None and book.digest != of_codes.digest:
        raise InputError(
            f"--codebook {given['codebook']}: is not the run's ({of_codes.digest[:12]}, {book.digest[:12]})"
        )
    if given["sample"] is not None:
        coded = beside_sample(coded, read_sentences(Path(given["sample"]), of_codes), given["gold"])
    second = () if given["second"] is None else read_coded(given["second"], given["codebook"], given["columns"])[1]
    return Material(of_codes, read_predictions(given["predictions"]), coded, asked(given, **more), study, second)

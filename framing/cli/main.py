"""The command line. Results go to standard output, everything else to standard error.

Heavy modules are imported inside the commands: ``framing --help`` answers at once.
"""

from __future__ import annotations

import errno
import sys
import warnings
from typing import Any, NoReturn

import click

from framing import __version__
from framing.cli.adjudicate import adjudicate
from framing.cli.audit import audit
from framing.cli.behaviour import test_model
from framing.cli.bring import import_
from framing.cli.budget import budget
from framing.cli.bundle import bundle
from framing.cli.codebook import codebook
from framing.cli.coders import agreement
from framing.cli.compare import compare
from framing.cli.config import config
from framing.cli.data import data
from framing.cli.distil import distil
from framing.cli.drift import drift
from framing.cli.evaluate import errors, evaluate
from framing.cli.files import drop_standard_output, write_result
from framing.cli.plot import plot
from framing.cli.predict import predict
from framing.cli.quantify import quantify
from framing.cli.report import report
from framing.cli.runs import promote, runs, ui
from framing.cli.score import score
from framing.cli.shares import sample, shares
from framing.cli.sharing import dehydrate, hydrate
from framing.cli.start import start
from framing.cli.suggest import suggest
from framing.cli.suspects import data_errors
from framing.cli.targets import targets
from framing.cli.train import train
from framing.errors import FramingError, ShownOnce, one_line
from framing.installed import told_of

COMMANDS = (
    train,
    predict,
    score,
    report,
    shares,
    budget,
    bundle,
    quantify,
    suggest,
    targets,
    evaluate,
    errors,
    test_model,
    compare,
    distil,
    drift,
    runs,
    promote,
    ui,
    config,
    data,
    codebook,
    plot,
)


def main() -> NoReturn:
    """Run the command line; expected errors become one line and exit code 1."""
    in_train = sys.argv[1:2] == ["train"]  # which names columns otherwise; Hydra changes sys.argv
    warnings.showwarning = ShownOnce(lambda message: _in_its_syntax(message, in_train))
    try:
        cli.main(prog_name="framing", standalone_mode=False)
        write_result("", None)  # what was printed on the way is out too, or it is said that it is not
        code = 0
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except click.ClickException as error:
        told: Any = error
        told.message = one_line(error.message)
        error.show()
        code = error.exit_code
    except FramingError as error:
        print(f"error: {_in_its_syntax(one_line(error), in_train)}", file=sys.stderr)
        code = 1
    except ModuleNotFoundError as error:
        if (missing := told_of(error)) is None:
            raise
        print(f"error: {missing}", file=sys.stderr)
        code = 1
    except (KeyboardInterrupt, click.Abort):
        print("interrupted", file=sys.stderr)
        code = 130
    except BrokenPipeError:  # `framing predict ... | head`
        drop_standard_output()
        code = 0
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        place = one_line(error.filename or "the result")
        print(f"error: {place}: cannot be written ({error.strerror})", file=sys.stderr)
        drop_standard_output()
        code = 1
    sys.exit(code)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="framing")
def cli() -> None:
    """Measure who frames the same matter how: frames and stance of news sentences."""


for command in COMMANDS:
    cli.add_command(command)
for command in (adjudicate, agreement, audit, data_errors, import_, dehydrate, hydrate, sample):
    data.add_command(command)
codebook.add_command(start)


def _in_its_syntax(message: str, in_train: bool) -> str:
    """Return a message in the syntax of the command that runs."""
    if "(train; elsewhere " not in message:
        return message
    from framing.corpus.columns import spoken

    return spoken(message, in_train)

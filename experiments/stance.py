"""Stance on public data, toward seen and unseen targets, beside the same model blind to them. Runs for stance.md.

    python experiments/stance.py BENCHMARKS                    # all, the encoder tuned on each training part
    python experiments/stance.py BENCHMARKS perspectrum gwsd   # some of them
    python experiments/stance.py BENCHMARKS semeval2016_left_out newsmtsc --encoder mpnet
    python experiments/stance.py BENCHMARKS --model shipped    # a finished model that has seen none of them
    python experiments/stance.py --recipes FOLDER [NAME...]    # what the shipped recipe learns from, one change each
    python experiments/stance.py --recipes FOLDER --arguments BENCHMARKS    # with rows of Perspectrum and ValueEval
    python experiments/stance.py --news FOLDER shipped shipped-large 0.1.0=MODEL    # finished models on real news

BENCHMARKS is a folder that holds ``semeval2016_stance``, ``gwsd_climate_stance``, ``newsmtsc``, ``perspectrum_stance``,
``valueeval`` and ``ruw_russia_ukraine``; the data sets are not part of this project. The recipe is that of
``configs/experiment/stance.yaml``, changed by ``--set KEY=VALUE``. Each is a run of the MLflow experiment ``stance``.
Training parts alone are learned from, calibrated and validated on; a test part is read once.

FOLDER holds ``train.jsonl``, ``calibrate.jsonl``, both with further targets (``train_targets.jsonl``,
``calibrate_targets.jsonl``), ``check.jsonl``, ``check_targets.jsonl`` and ``dev.jsonl``, coded real sentences. Stances
count whose target a coder named. A model's blind stance is not kept; its scores are those that the training wrote into
``model.json``.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from hydra import compose, initialize_config_dir
from hydra.utils import instantiate

from framing import Codebook, Predictor, Sentence, train
from framing.corpus.dataset import read_sentences
from framing.corpus.splits import GroupedFolds
from framing.measure.intervals import Estimate, bootstrap_weights
from framing.measure.metrics import stance_estimates, with_intervals
from framing.model.decisions.rule import Rule
from framing.resources import data_path, resource
from framing.tracking import Store, open_run, store_uri
from framing.training import StanceOptions, evaluate_classifier

CLASSES = ("against", "neutral", "favor")
PROBES = Path(data_path("shipped-probes"))
BY_RULE = ("random", "enriched", "unrelated", "business_words")
Part = list[Sentence]


@dataclass(frozen=True)
class Benchmark:
    """A public data set.

    Parameters
    ----------
    folder
        Its name.
    group
        The field by which rows stay together and intervals resample; by text where it is ``None``.
    tests
        Names of the scored parts, by file.
    classes
        The stances that occur.
    left_out
        Each target is scored by a model that has not seen it.
    """

    folder: str
    group: str | None = None
    tests: tuple[str, ...] = ("test",)
    classes: tuple[str, ...] = CLASSES
    left_out: bool = False


BENCHMARKS = {
    "semeval2016": Benchmark("semeval2016_stance"),
    "semeval2016_left_out": Benchmark("semeval2016_stance", left_out=True),
    "gwsd": Benchmark("gwsd_climate_stance"),
    "newsmtsc": Benchmark("newsmtsc", tests=("test", "test_mt")),
    "perspectrum": Benchmark("perspectrum_stance", group="claim_id", classes=("against", "favor")),
    "valueeval": Benchmark("valueeval", group="target", classes=("against", "favor")),
    "ruw": Benchmark("ruw_russia_ukraine", group="pair"),
}


def run(name: str, folder: Path, options: argparse.Namespace) -> dict[str, dict[str, Estimate]]:
    """Train on a benchmark and return the scores of each part that is tested."""
    benchmark = BENCHMARKS[name]
    taught = [s for part in ("train", "validation") for s in _read(folder, benchmark, part)]
    tests = {part: _read(folder, benchmark, part) for part in benchmark.tests}
    known = {_key(s.text) for s in taught}
    for part, rows in tests.items():
        tests[part] = [s for s in rows if _key(s.text) not in known] if name == "ruw" else rows
    if benchmark.left_out:
        scored = [_left_out(target, taught, tests["test"], benchmark, options) for target in _targets(taught)]
        rows, proba, blind = ([x for part in scored for x in part[k]] for k in range(3))
        return {"test": _scores(rows, np.array(proba), np.array(blind), benchmark.classes)}
    model, blind_model = _fit(taught, benchmark.classes, options)
    return {
        part: _scores(rows, model.predict_proba(rows), blind_model.predict_proba(rows), benchmark.classes)
        for part, rows in tests.items()
    }


def ask(name: str, folder: Path, model: str) -> dict[str, dict[str, Estimate]]:
    """Score a finished model, which has seen nothing of a benchmark; where none is neutral, it has to take a side."""
    benchmark = BENCHMARKS[name]
    task = Predictor.load(model).classifier.tasks["stance"]
    columns = [task.labels.index(label) for label in benchmark.classes]
    found = {}
    for part in benchmark.tests:
        rows = _read(folder, benchmark, part)
        proba, blind = (
            task.judge([replace(s, target=target or s.target) for s in rows], Rule()).proba[:, columns]
            for target in (None, "this")
        )
        found[part] = _scores(rows, proba, blind, benchmark.classes)
    return found


def news(folder: Path, models: Sequence[str], store: Store) -> None:
    """Score finished models on real news, and whether their stances follow their targets."""
    for name, _, place in (model.partition("=") for model in models):
        classifier = Predictor.load(place or name).classifier
        told = classifier.info.get("metrics", {})
        files = {name: folder / f"{name}.jsonl" for name in ("check", "check_targets", "dev")} | {"probes": PROBES}
        for part, file in files.items():
            rows = _coder_named(file) if part == "check" else read_sentences(file, classifier.codebook)
            found = evaluate_classifier(replace(classifier, tasks={"stance": classifier.tasks["stance"]}), rows, part)
            scores = {
                path.removeprefix(f"{part}/"): estimate
                for path, estimate in found.estimates.items()
                if path.endswith(("stance/macro_f1", "accuracy", "consistency"))
            }
            blind = {
                path.removeprefix(f"{part}/"): value
                for path, value in told.items()
                if path.startswith((f"{part}/stance_blind/macro_f1", f"{part}/stance_gain/macro_f1"))
            }
            with open_run(store, f"{name} {part}", "stance_news", {"model": name, "set": part}) as logged:
                logged.log(with_intervals(scores) | blind)
            shown = {path: round(e.value, 3) for path, e in scores.items()}
            print(name, part, len(rows), shown, {path: round(v, 3) for path, v in blind.items()}, flush=True)


def recipes(folder: Path, names: Sequence[str], store: Store, encoder: str, arguments: Path | None) -> None:
    """Train frames and stance on written and real sentences, one pass, with and without further rows."""
    made = {"targets": "shipped", "off_target": 0.25}
    rows = [*read_sentences(data_path("shipped")), *_coder_named(folder / "train.jsonl")]
    further, calibrating = (read_sentences(folder / f"{part}_targets.jsonl") for part in ("train", "calibrate"))
    variants: dict[str, tuple[Part, dict[str, Any]]] = {
        "coded rows": ([], {}),
        "coded rows; names, opposites, off-target made": ([], made),
        "coded rows; further targets coded": (further, {}),
        "coded rows; further targets coded; names, opposites, off-target made": (further, made),
    }
    if arguments:
        claims = [s for name in ("perspectrum", "valueeval") for s in _read(arguments, BENCHMARKS[name], "train")]
        variants = {
            f"{name}; claims of arguments": ([*more, *claims], o) for name, (more, o) in variants.items() if more
        }
    parts = _recipe([f"encoder={encoder}_tuned", "tasks=[frames,stance]", "encoder.epochs=1"])
    evaluate: Any = {name: folder / f"{name}.jsonl" for name in ("check_targets", "dev")}
    evaluate |= {"check": _coder_named(folder / "check.jsonl"), "probes": PROBES}
    for name, (more, options) in variants.items():
        if names and name not in names:
            continue
        start = time.process_time()
        result = train(
            [*rows, *more],
            calibrate=[*_coder_named(folder / "calibrate.jsonl"), *(calibrating if more else [])],
            evaluate=evaluate,
            **parts | {"stance": StanceOptions(**options)},
        )
        params = {"encoder": encoder, "learned_from": name}
        with open_run(store, f"{encoder} {name}", "stance_recipes", params) as logged:
            logged.log({**result.metrics, "cpu_minutes": round((time.process_time() - start) / 60, 1)})
        shown = {path: round(v, 3) for path, v in result.metrics.items() if path.endswith(("macro_f1", "consistency"))}
        print(name, shown, flush=True)


def _coder_named(file: Path) -> Part:
    """Read coded rows; targets that a rule gave, and stances toward them, are left out."""
    return [s if _names_its_target(s) else replace(s, target=None, stance=None) for s in read_sentences(file)]


def _names_its_target(sentence: Sentence) -> bool:
    """Say whether a coder named the target: in random and enriched rows, a rule did."""
    drawn = str(sentence.extra.get("sampling") or "").partition(":")[0]
    return bool(sentence.target and sentence.stance) and drawn not in BY_RULE


def _left_out(target: str, taught: Part, test: Part, benchmark: Benchmark, options: argparse.Namespace) -> Any:
    rows = [s for s in test if s.target == target]
    model, blind = _fit([s for s in taught if s.target != target], benchmark.classes, options)
    return rows, list(model.predict_proba(rows)), list(blind.predict_proba(rows))


def _fit(rows: Part, classes: Sequence[str], options: argparse.Namespace) -> tuple[Any, Any]:
    """Return the stance's classifier and the blind one, each on an encoder tuned on its reading of the same rows."""
    book = Codebook.from_dict({"name": "stance", "frames": ["unused"], "stance": list(classes)})
    result = train(rows, book, **options.recipe)
    # Blind: the same procedure, where all targets are one.
    blind = train([replace(s, target="this") for s in rows], book, **options.recipe)
    return result.classifier.tasks["stance"], blind.classifier.tasks["stance"]


def _scores(rows: Part, proba: Any, blind: Any, classes: Sequence[str]) -> dict[str, Estimate]:
    y = np.array([classes.index(str(s.stance)) for s in rows])
    W = bootstrap_weights(GroupedFolds().groups(rows))
    found, unseeing = (_with_f_avg(stance_estimates(y, p, classes, W)) for p in (proba, blind))
    most = np.eye(len(classes))[[np.bincount(y).argmax()] * len(y)]
    floor = _with_f_avg(stance_estimates(y, most, classes, W))
    wanted = ("macro_f1", "accuracy", "f_avg", "calibration_error")
    named = {f"system/{path}": found[path] for path in wanted}
    named |= {f"blind/{path}": unseeing[path] for path in wanted[:3]}
    named |= {f"gain/{path}": found[path] - unseeing[path] for path in wanted[:3]}
    return named | {f"majority/{path}": floor[path] for path in wanted[:3]}


def _with_f_avg(found: dict[str, Estimate]) -> dict[str, Estimate]:
    """Add the mean F1 of favor and against, the shared tasks' score."""
    one, two = found["favor/f1"], found["against/f1"]
    return found | {"f_avg": Estimate((one.value + two.value) / 2, (one.replicates + two.replicates) / 2, one.n)}


def _read(folder: Path, benchmark: Benchmark, part: str) -> Part:
    file = folder / benchmark.folder / f"{part}.jsonl"
    if part == "validation" and not file.is_file():
        return []
    rows = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    groups = [str(row[benchmark.group]) if benchmark.group else "" for row in rows]
    return [
        Sentence(row["text"], target=row["target"], stance=row["label"], group=group, doc_id=f"{part} {i}")
        for i, (row, group) in enumerate(zip(rows, groups, strict=True))
    ]


def _targets(rows: Part) -> list[str]:
    return sorted({str(s.target) for s in rows})


def _key(text: str) -> str:
    return "".join(text.lower().split())


def _recipe(overrides: Sequence[str]) -> dict[str, Any]:
    with initialize_config_dir(str(resource("configs").absolute()), version_base="1.3"):
        config = compose("train", ["experiment=stance", *overrides])
    made = instantiate({key: value for key, value in config.items() if key != "hydra"}, _convert_="all")
    parts = {key: made[key] for key in ("encoder", "head", "words", "split", "tasks", "stance", "seed")}
    return parts | {"words": parts["words"] or None}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="folder of the benchmarks; with --news of coded real sentences")
    parser.add_argument("names", nargs="*", help=f"some of {', '.join(BENCHMARKS)} [default: all]; with --news models")
    parser.add_argument("--recipes", action="store_true", help="compare what is learned from, on real news")
    parser.add_argument("--arguments", type=Path, help="with --recipes: folder of the benchmarks, whose claims join")
    parser.add_argument("--news", action="store_true", help="score finished models on real news")
    parser.add_argument(
        "--encoder", choices=("minilm", "mpnet"), default="minilm", help="what is tuned [default: minilm]"
    )
    parser.add_argument("--model", help="score a finished model instead, such as shipped or shipped-large")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="change the recipe")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    store = Store(store_uri(options.store))
    if options.news or options.recipes:
        if not (options.folder / "check.jsonl").is_file():
            sys.exit(f"{options.folder}/check.jsonl: not there; the sentences are not part of this repository")
        if options.recipes:
            recipes(options.folder, options.names, store, options.encoder, options.arguments)
        else:
            news(options.folder, options.names, store)
        return
    names = options.names or list(BENCHMARKS)
    if others := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"no such benchmark: {', '.join(others)}; expected some of {', '.join(BENCHMARKS)}")
    for name in names:
        if not (place := options.folder / BENCHMARKS[name].folder).is_dir():
            sys.exit(f"{place}: not there; the data sets are not part of this project ({BENCHMARKS[name].folder})")
    if not options.model:
        options.recipe = _recipe([f"encoder={options.encoder}_tuned", *options.set])
    for name in names:
        if options.model and BENCHMARKS[name].left_out:
            continue
        start = time.process_time()
        by_part = ask(name, options.folder, options.model) if options.model else run(name, options.folder, options)
        minutes = (time.process_time() - start) / 60
        system = options.model or f"{options.encoder} tuned"
        for part, found in by_part.items():
            params = {"benchmark": name, "part": part, "system": system, "changed": " ".join(options.set)}
            with open_run(store, f"{name} {part} {system}", "stance", params) as logged:
                logged.log(with_intervals(found) | {"cpu_minutes": round(minutes, 1)})
            shown = {path: round(e.value, 3) for path, e in found.items()}
            print(name, part, system, shown, f"{minutes:.1f} min", flush=True)


if __name__ == "__main__":
    main()

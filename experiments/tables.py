"""Write the result tables of reports from the tracking store.

    python experiments/tables.py experiments/corpus.md README.md [--store URI]

Between ``<!-- table: EXPERIMENT KEY=VALUE ... columns=PREFIX keys=A,B -->`` and ``<!-- end -->`` comes a table of the
finished runs of that MLflow experiment, the newest of each configuration, whose parameters have those values.
"""

from __future__ import annotations

import argparse
import re
from pathlib import Path

from framing.errors import StoreError
from framing.tracking import Store, all_metrics, list_runs, store_uri

_RARE = ("according_to", "passive", "noun", "continued")
COLUMNS = (
    ("frames, folds: macro-F1", "validation/frames/macro_f1"),
    ("frames, folds: mean AP", "validation/frames/mean_ap"),
    ("frames, dev: macro-F1", "dev/frames/macro_f1"),
    ("frames, dev: mean AP", "dev/frames/mean_ap"),
    ("stance, folds: macro-F1", "validation/stance/macro_f1"),
    ("blind to the target", "validation/stance_blind/macro_f1"),
    ("stance, dev: macro-F1", "dev/stance/macro_f1"),
    ("blind to the target", "dev/stance_blind/macro_f1"),
    ("frames, check: macro-F1", "check/frames/macro_f1"),
    ("frames, check: mean AP", "check/frames/mean_ap"),
    ("stance, check: macro-F1", "check/stance/macro_f1"),
    ("blind to the target", "check/stance_blind/macro_f1"),
    ("macro-F1", "scored/macro_f1"),
    ("mean AP", "scored/mean_ap"),
    *(
        (f"{label}: predicted / true share", f"scored/{label}/share_ratio")
        for label in ("economic_opportunity", "security_threat", "skepticism_of_intent")
    ),
    ("stance: macro-F1", "stance/macro_f1"),
    *((f"blind: {title}", f"blind/{path}") for title, path in (("macro-F1", "macro_f1"), ("F_avg", "f_avg"))),
    ("system: F_avg", "system/f_avg"),
    ("paraphrase: same", "stance/paraphrase/consistency"),
    ("opposite: swapped", "stance/opposite/consistency"),
    ("off-target: neutral", "stance/off_target/consistency"),
    ("flip rate", "swap/flip_rate"),
    ("shift", "swap/shift"),
    ("passed", "behaviour/pass_rate"),
    *((f"told: {what}", f"drift/{what}") for what in ("any", "text", "shares")),
    ("macro-F1 lost", "stance/price"),
    *(
        (f"{kind} swapped: flip rate", f"stance/swap/{kind}/flip_rate")
        for kind in ("person", "country", "organisation", "outlet")
    ),
    ("clear frames", "article/clear"),
    ("found", "article/found"),
    ("false", "article/false"),
    ("what the kind adds: macro-F1", "adds/frames/macro_f1"),
    ("what the kind adds: mean AP", "adds/frames/mean_ap"),
    *(
        (f"{who}: {title}", f"{who}/{path}")
        for path, title in (
            ("macro_f1_two_class", "two-class macro-F1"),
            ("accuracy", "accuracy"),
            ("micro_f1", "micro-F1"),
            ("macro_f1", "macro-F1"),
            ("log_loss", "log loss"),
            ("mean_ap", "mean AP"),
            ("rich_recall", "recall where half of a document has the frame"),
            ("none_decided", "decided where none of it has"),
        )
        for who in ("baseline", "system", "gain")
    ),
    *(
        (f"{title}: {what}", f"{path}/{who}")
        for path, title in (("log_loss", "log loss"), ("brier", "Brier score"))
        for who, what in (
            ("raw", "raw"),
            ("calibrated", "calibrated"),
            ("adapted", "adapted"),
            ("calibrated_gain", "calibrated − raw"),
            ("adapted_gain", "adapted − calibrated"),
            ("whole_gain", "adapted − raw"),
        )
    ),
    *(
        (f"{what}: {title}" if what else title, f"holders/{f'{what}_' if what else ''}{path}")
        for what in ("", "mainly", "direct", "indirect", "belief", "pronoun", *_RARE)
        for path, title in (("precision", "attributed: precision"), ("recall", "recall"), ("holder", "holder right"))
    ),
    ("Brier score", "holders/brier"),
    ("a changed word among the top three", "pairs/hit"),
    ("the first is changed", "pairs/first"),
    ("of the three changed", "pairs/share"),
    ("by chance: among three", "pairs/random_hit"),
    ("by chance: of three", "pairs/random_share"),
    *(
        (f"{title}, %", f"shares/{path}")
        for path, title in (
            ("true", "true share"),
            ("error_naive", "naive is off by"),
            ("error_coded", "coded only"),
            ("error_corrected", "corrected"),
            ("held_coded", "interval holds: coded only"),
            ("held_corrected", "corrected"),
            ("width", "width, corrected / coded only"),
            ("width_coded", "width against a plain draw: coded only"),
            ("width_corrected", "corrected"),
            ("refused", "refused"),
            ("found_coded", "difference found: coded only"),
            ("found_corrected", "corrected"),
        )
    ),
    ("minutes", "cost/minutes"),
    ("CPU seconds", "cost/cpu_seconds"),
)


def table(store: Store, experiment: str, options: dict[str, str], written: str) -> str:
    """Return a Markdown table, one row a configuration, with 95 % intervals.

    Rows of the table that is ``written`` stay where the store has no run for them.
    """
    keys = options.get("keys", "encoder,words,head").split(",")
    newest = {}
    try:
        runs = list_runs(store, experiment)
    except StoreError:  # no such experiment in this store
        return written
    for run in sorted(runs, key=lambda run: run.started):
        wanted = all(run.params.get(key) == value for key, value in options.items() if key not in ("columns", "keys"))
        if run.status == "FINISHED" and run.score is not None and wanted:
            newest[tuple(run.params.get(key, "–") for key in keys)] = run
    scores = {choice: all_metrics(store, run) for choice, run in newest.items()}
    shown = [
        (title, path)
        for title, path in COLUMNS
        if _asked(path, options.get("columns", "")) and any(path in found for found in scores.values())
    ]
    if not shown:
        return written
    head = [f"| {' | '.join([*keys, *(title for title, _ in shown)])} |", "|" + "---|" * (len(keys) + len(shown))]
    rows = {}
    if written.startswith("\n".join(head)):
        old = (line.strip("| ").split(" | ") for line in written.splitlines()[2:])
        rows = {tuple(cells[: len(keys)]): cells[len(keys) :] for cells in old}
    for choice, metrics in scores.items():
        if any(path in metrics for _, path in shown):
            named = tuple(re.sub(r"[\[\]']", "", value) for value in choice)  # a list of tasks, as a run records it
            rows[named] = [_cell(metrics, path) for _, path in shown]
    ordered = sorted(rows.items(), key=lambda row: [v.zfill(9) if v.isdigit() else v for v in row[0]])
    return "\n".join([*head, *(f"| {' | '.join([*named, *cells])} |" for named, cells in ordered)]) + "\n"


def _asked(path: str, columns: str) -> bool:
    """Say whether a column is among those asked for: by the start of its second part, or whole, separated by commas."""
    return any(path.split("/")[1].startswith(column) or path == column for column in columns.split(","))


def _cell(metrics: dict[str, float], path: str) -> str:
    if path not in metrics:
        return "–"
    if f"{path}_low" not in metrics:
        return f"{metrics[path]:.{0 if path.startswith('article/') else 1}f}"
    return f"{metrics[path]:.3f} [{metrics[f'{path}_low']:.3f}, {metrics[f'{path}_high']:.3f}]"


def _filled(store: Store, text: str) -> str:
    def fill(found: re.Match[str]) -> str:
        experiment, *options = found[2].split()
        return f"{found[1]}{table(store, experiment, dict(option.split('=') for option in options), found[3])}"

    return re.sub(r"(<!-- table: (.*?) -->\n)(.*?)(?=<!-- end -->)", fill, text, flags=re.DOTALL)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("reports", nargs="+", type=Path, metavar="FILE", help="Markdown files with table marks")
    parser.add_argument("--store", help="tracking store [default: $MLFLOW_TRACKING_URI, else ./mlflow.db]")
    options = parser.parse_args()
    store = Store(store_uri(options.store))
    for report in options.reports:
        report.write_text(_filled(store, report.read_text(encoding="utf-8")), encoding="utf-8")
        print(f"{report}: tables written from {store.uri}")

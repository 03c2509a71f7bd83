"""Take pictures of MLflow's pages on a store, without a screen: python docs/screenshots.py mlflow.db FOLDER.

The runs table, four runs compared, a sweep, the champion's run, its registered model and version: of the newest sweep's
experiment, which the store must have, and a champion. BROWSER names the program, by default chromium.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from framing.tracking import Store, champions, children_of, list_runs, store_uri, training_link

_HEIGHTS = {"runs": 900, "compare": 1600, "sweep": 1000, "run": 1600, "model": 1000, "version": 1300}


def pages(store: Store, base: str) -> dict[str, str]:
    """Return the addresses of the pages by name."""
    sweeps = [run for run in list_runs(store) if run.name.startswith("sweep ")]
    if not sweeps or not champions(store):
        raise SystemExit(f"{store.uri}: needs a sweep and a champion; do the tutorial first")
    sweep = max(sweeps, key=lambda run: run.started)
    link = training_link(store, base, sweep.experiment)
    experiment = link.partition("/experiments/")[2].partition("/")[0]
    four = quote(json.dumps([run.run_id for run in children_of(store, sweep.run_id)[:4]], separators=(",", ":")))
    champion = next(iter(champions(store).values()))
    return {
        "runs": link,
        "compare": f"{base}/#/compare-runs?runs={four}&experiments={quote(json.dumps([experiment]))}",
        "sweep": f"{base}/#/experiments/{experiment}/runs/{sweep.run_id}",
        "run": f"{base}/#/experiments/{experiment}/runs/{champion.run_id}",
        "model": f"{base}/#/models/{champion.model}",
        "version": f"{base}/#/models/{champion.model}/versions/{champion.version}",
    }


def main(database: str, folder: Path) -> None:
    """Start the UI, take the pictures, and end it."""
    store = Store(store_uri(database))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    base = f"http://127.0.0.1:{port}"
    folder.mkdir(parents=True, exist_ok=True)
    start = [
        sys.executable,
        "-c",
        "from framing.cli import main; main()",
        "ui",
        "--store",
        store.uri,
        "--port",
        str(port),
    ]
    with subprocess.Popen(start) as ui:
        for _ in range(300):
            with suppress(OSError), urllib.request.urlopen(f"{base}/health", timeout=2):
                break
            time.sleep(1)
        options = ["--headless=new", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=60000"]
        for name, address in pages(store, base).items():
            shot = [f"--window-size=1500,{_HEIGHTS[name]}", f"--screenshot={folder / name}.png", address]
            subprocess.run([os.environ.get("BROWSER", "chromium"), *options, *shot], check=True, capture_output=True)
            print(folder / f"{name}.png", flush=True)
        ui.terminate()


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]))

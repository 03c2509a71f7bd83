"""Run a server that ends when whoever started it does, however that ends: python guard.py COMMAND...

Standard input is a pipe from the starter. It closes when the starter is gone, killed even, and then the server and all
that it started end too. A script by itself, so that it begins at once; it leads the session that it is started in.
"""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time

# Seconds between two looks, and those that a server has to end by itself.
_LOOK, _PATIENCE = 0.2, 5


def main(command: list[str]) -> int:
    """Run a command until it ends, or standard input does; return its exit code."""
    server = subprocess.Popen(command, stdin=subprocess.DEVNULL)
    while server.poll() is None:
        ready, _, _ = select.select([0], [], [], _LOOK)
        if ready and not os.read(0, 1):
            _end_group(server)
    return server.returncode


def _end_group(server: subprocess.Popen[bytes]) -> None:
    """End the server and all of its group; this process is one of it."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.killpg(0, signal.SIGTERM)
    until = time.monotonic() + _PATIENCE
    while server.poll() is None and time.monotonic() < until:
        time.sleep(_LOOK / 4)
    os.killpg(0, signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""The server of ``framing ui`` ends when that does, however it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time

import pytest

from framing.tracking import guard

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no groups of processes")

# A server with a worker of its own, both of which would rather stay.
_SERVER = """
import signal, subprocess, sys, time
signal.signal(signal.SIGINT, signal.SIG_IGN)
worker = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1] + ".new", "w").write(f"{worker.pid}")
import os; os.replace(sys.argv[1] + ".new", sys.argv[1])
time.sleep(600)
"""
# What framing ui does with it, without loading the rest of the package.
_STARTER = """
import signal, subprocess, sys
def stop(*_): raise KeyboardInterrupt
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(number, stop)
process = subprocess.Popen(sys.argv[1:], stdin=subprocess.PIPE, start_new_session=True)
try:
    process.wait()
finally:
    process.stdin.close()
    process.wait()
"""


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    with open(f"/proc/{pid}/stat") if os.path.exists(f"/proc/{pid}/stat") else open(os.devnull) as stat:  # noqa: PTH123, PTH110
        return ") Z " not in stat.read()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGKILL])
def test_a_server_and_its_workers_end_with_their_starter(tmp_path, number):
    written = tmp_path / "pid"
    command = [sys.executable, guard.__file__, sys.executable, "-c", _SERVER, str(written)]
    with subprocess.Popen([sys.executable, "-c", _STARTER, *command], stderr=subprocess.DEVNULL) as starter:
        while not written.exists():
            assert starter.poll() is None
            time.sleep(0.02)
        worker = int(written.read_text())
        assert is_there(worker)
        starter.send_signal(number)
        until = time.monotonic() + 60
        while is_there(worker) and time.monotonic() < until:
            time.sleep(0.02)
        assert not is_there(worker)


def test_a_server_that_ends_by_itself_gives_its_exit_code():
    command = [sys.executable, guard.__file__, sys.executable, "-c", "raise SystemExit(3)"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True) as process:
        assert process.wait() == 3

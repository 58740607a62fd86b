"""The threads that answer: as many as told, in order, and none that keeps the process alive."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError

import pytest

from bot.web.threads import Threads


def test_results_and_errors_come_back() -> None:
    threads = Threads(2, "t")
    assert [threads.submit(pow, 2, n).result(5) for n in range(5)] == [1, 2, 4, 8, 16]
    with pytest.raises(ZeroDivisionError):
        threads.submit(divmod, 1, 0).result(5)
    threads.shutdown()


def test_no_more_run_at_a_time_than_there_are_threads() -> None:
    threads = Threads(3, "t")
    inside, most, lock = 0, 0, threading.Lock()

    def job() -> None:
        nonlocal inside, most
        with lock:
            inside += 1
            most = max(most, inside)
        time.sleep(0.02)
        with lock:
            inside -= 1

    for future in [threads.submit(job) for _ in range(12)]:
        future.result(5)
    threads.shutdown()
    assert most == 3


def test_what_has_not_begun_can_be_cancelled() -> None:
    threads = Threads(1, "t")
    begun, go = threading.Event(), threading.Event()
    first, second, third = (threads.submit(lambda: begun.set() or go.wait(5)) for _ in range(3))
    assert begun.wait(5) and second.cancel()
    threads.shutdown(cancel_futures=True)
    go.set()
    assert first.result(5)
    with pytest.raises(CancelledError):
        third.result(5)


def test_a_stuck_job_does_not_keep_the_process() -> None:
    program = "import time; from bot.web.threads import Threads; Threads(1, 't').submit(time.sleep, 60)"
    started = time.monotonic()
    assert subprocess.run([sys.executable, "-c", program], timeout=30, check=False).returncode == 0
    assert time.monotonic() - started < 25

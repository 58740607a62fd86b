"""A fixed number of threads that answer, and do not keep the process from ending.

`ThreadPoolExecutor` lets a process end only when every job is done. A server that is told to stop has given
open answers their time already; what still runs then is stuck, or nobody waits for it.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor, Future
from functools import partial
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, ParamSpec, TypeVar

from threadpoolctl import ThreadpoolController

P = ParamSpec("P")
T = TypeVar("T")
_Job = tuple[Future[Any], Callable[[], Any]]


class Threads(Executor):
    """An Executor over daemon threads."""

    def __init__(self, count: int, name: str) -> None:
        self._count = count
        self._jobs: SimpleQueue[_Job | None] = SimpleQueue()
        for number in range(count):
            Thread(target=self._work, name=f"{name}-{number}", daemon=True).start()

    def submit(self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs) -> Future[T]:
        """As `Executor.submit`; after `shutdown` a job is not done any more."""
        future: Future[T] = Future()
        self._jobs.put((future, partial(fn, *args, **kwargs)))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Let the threads end when what was submitted is done, or at once; it is never waited for."""
        while cancel_futures:
            try:
                job = self._jobs.get_nowait()
            except Empty:
                break
            if job is not None:
                job[0].cancel()
        for _ in range(self._count):
            self._jobs.put(None)

    def _work(self) -> None:
        while (job := self._jobs.get()) is not None:
            future, call = job
            if not future.set_running_or_notify_cancel():
                continue
            try:
                result = call()
            except BaseException as error:
                future.set_exception(error)
            else:
                future.set_result(result)
            del job, future, call  # nothing of an answer is kept until the next one comes


def calculate_on_calling_thread() -> None:
    """Bid the linear algebra of numpy and FAISS, once they are loaded, to use no threads of its own.

    The products of one answer are small. To share them out wakes threads that then spin while they wait for
    more, in the time of the threads that answer: a tenth of all processor time under load.
    """
    ThreadpoolController().select(internal_api="openblas").limit(limits=1)

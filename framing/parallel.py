"""Work on several processors: folds at a time, each in one thread."""

from __future__ import annotations

import os
import warnings
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


def one_blas_thread() -> Any:
    """Return a context in which a product of matrices takes one thread.

    Fits of some thousand rows are too small to share out: threads that wait for each other cost more than they bring,
    on a busy machine several times as much.

    Examples
    --------
    >>> from threadpoolctl import threadpool_info
    >>> with one_blas_thread():
    ...     {library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"} <= {1}
    True
    """
    from threadpoolctl import threadpool_limits

    return threadpool_limits(limits=1, user_api="blas")


def usual_jobs() -> int:
    """Return how many processors one process is to use here: ``OMP_NUM_THREADS``, else those that there are.

    joblib sets that variable in the processes of a parallel sweep, so that they do not crowd each other out.
    """
    from joblib import cpu_count

    asked = os.environ.get("OMP_NUM_THREADS", "")
    return min(int(asked), cpu_count()) if asked.isdecimal() and int(asked) else int(cpu_count())


def in_parallel(work: Callable[[Item], Result], items: Iterable[Item], n_jobs: int | None = None) -> Iterator[Result]:
    """Yield what comes of each item, in order.

    Threads, not processes: what a fit reads is large and is shared, and products of matrices let other threads run.

    Parameters
    ----------
    work
        What is done; it draws no random numbers from a common source.
    items
        What it is done with.
    n_jobs
        How many at a time; default ``usual_jobs()``.

    Examples
    --------
    >>> list(in_parallel(abs, [-1, 2, -3], n_jobs=2))
    [1, 2, 3]
    """
    items = list(items)
    n_jobs = min(usual_jobs() if n_jobs is None else n_jobs, len(items))
    if n_jobs <= 1:
        yield from map(work, items)
        return
    from joblib import Parallel, delayed

    # Filters of warnings belong to the process, and libraries set and restore them in each thread: their last word must
    # not stay.
    with warnings.catch_warnings():
        yield from Parallel(n_jobs, backend="threading", return_as="generator")(delayed(work)(item) for item in items)

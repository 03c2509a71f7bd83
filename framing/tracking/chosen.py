"""How much was chosen on the same data: what a score that was looked at often is worth."""

from __future__ import annotations

from framing.tracking.runs import DATA_TAG, PRIMARY_TAG
from framing.tracking.store import Store


def looked_at(store: Store, digest: str) -> int:
    """Return how many finished runs of a store learned from and were validated on data of a digest; 0 without a store.

    Raises
    ------
    StoreError
        The store does not answer.
    """
    with store.answering():
        experiments = [one.experiment_id for one in store.client.search_experiments()]
        wanted = f"tags.`{DATA_TAG}` = '{digest}' and attributes.status = 'FINISHED'"
        count, token = 0, None
        while experiments:
            page = store.client.search_runs(experiments, wanted, max_results=1000, page_token=token)
            # The parent of a sweep has its data too, and nothing that was validated.
            count += sum(PRIMARY_TAG in run.data.tags and bool(run.data.metrics) for run in page)
            if not (token := page.token):
                break
    return count

"""A dataset that `datasets` loads by name -> records."""

from collections.abc import Iterator

from spanbert.corpus.optional import optional_import
from spanbert.corpus.records import Record, Rejected
from spanbert.corpus.sources.items import HubDataset
from spanbert.corpus.sources.rows import Origin, Row, row_records
from spanbert.errors import DependencyError


def hub_records(dataset: HubDataset, origin: Origin) -> Iterator[Record | Rejected]:
    """One record a row, streamed.

    Raises:
        DependencyError: `datasets` is not installed, or the dataset cannot be reached.
    """
    rows = _rows(dataset)
    return (record for row in rows for record in row_records(row, origin))


def _rows(dataset: HubDataset) -> Iterator[Row]:
    datasets = optional_import("datasets")
    try:
        stream = datasets.load_dataset(
            dataset.name, dataset.config, split=dataset.split, streaming=True
        )
        for number, fields in enumerate(stream, start=1):
            yield Row(fields, number, None)
    except Exception as error:  # `datasets` lets through whatever its transports raise
        raise DependencyError(
            f"the dataset cannot be read ({type(error).__name__}: {error})",
            place=dataset.entry,
            remedy="check name, config, split and network, or use local files in corpus.sources",
        ) from error

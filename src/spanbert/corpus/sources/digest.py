"""Sources -> one digest, for caches of whole steps."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.find import find_sources
from spanbert.corpus.sources.items import HubDataset, SourceFile
from spanbert.errors import storage_error
from spanbert.storage import sha256_of


def digest_sources(sources: Sequence[str], config: CorpusConfig | None = None) -> str:
    """sha256 over names and content of all local files; a dataset counts by its settings only.

    A remote file counts by its URL, size and version.

    Args:
        config: whose hosts may be asked; none if it is left out.

    Raises:
        ConfigError, DataError, IntegrityError, DependencyError, StorageError: as `find_sources`.
    """
    digest = hashlib.sha256()
    for source in find_sources(replace(config or CorpusConfig(), sources=tuple(sources))):
        digest.update(json.dumps(_identity(source)).encode() + b"\n")
    return digest.hexdigest()


def _identity(source: SourceFile | HubDataset) -> list[str | int | None]:
    if isinstance(source, HubDataset):
        return [source.entry]
    if source.is_remote:
        return [source.place, source.size_bytes, source.version]
    try:
        return [source.name, sha256_of(Path(source.place))]
    except OSError as error:
        raise storage_error(error) from error

"""What every task of making shards is given, as plain data, and what a process keeps for them."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from spanbert.corpus.annotations import Annotator
from spanbert.corpus.documents import read_file
from spanbert.parts import code_digest
from spanbert.shards.config import ShardsConfig
from spanbert.shards.encode import DocumentEncoder, EncodedDocument
from spanbert.tokenizer.subword import load_tokenizer

_PACKAGES = ("spanbert.shards", "spanbert.tokenizer", "spanbert.corpus")  # whose code decides


@dataclass(frozen=True)
class ShardsJob:
    """Where shards are made from, and how.

    Args:
        work: folder of the parts that are done.
        digests: of the documents' files by name, and of the tokenizer's artifact.
        annotator_name: with its version.
    """

    documents: Path
    tokenizer: Path
    config: ShardsConfig
    work: Path
    file_digests: dict[str, str]
    tokenizer_digest: str
    annotator_name: str

    @property
    def settings(self) -> dict[str, Any]:
        """Those that decide what the shards are."""
        settings = asdict(self.config)
        del settings["annotator_processes"]
        return settings | {"annotator": self.annotator_name}

    def inputs_of(self, file: str) -> dict[str, str]:
        """Digests of all that decides what one file of documents becomes."""
        settings = [self.settings, [code_digest(package) for package in _PACKAGES]]
        return {
            "documents": self.file_digests[file],
            "tokenizer": self.tokenizer_digest,
            "settings": hashlib.sha256(json.dumps(settings).encode()).hexdigest(),
        }

    def encoder(self) -> DocumentEncoder:
        """Of this process; it is kept, for what it has seen makes it fast."""
        config = self.config
        return _encoder(
            self.tokenizer, self.tokenizer_digest, config.annotator, config.annotator_processes
        )

    def encoded(self, file: str) -> Iterator[EncodedDocument]:
        """The documents of one file, numbered from 0."""
        return self.encoder().encode(read_file(self.documents / file))


@lru_cache(maxsize=1)
def _encoder(tokenizer: Path, _digest: str, annotator: str, processes: int) -> DocumentEncoder:
    return DocumentEncoder(
        load_tokenizer(tokenizer), Annotator(annotator, processes) if annotator else None
    )

"""Texts -> documents, a vocabulary and shards, as the stages of the pipeline make them."""

import json
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.documents import read_documents
from spanbert.corpus.documents import write_documents as publish_documents
from spanbert.parallel import task_workers
from spanbert.progress import silent
from spanbert.shards import job
from spanbert.shards.config import ShardsConfig
from spanbert.shards.reader import ShardReader
from spanbert.shards.writer import write_shards
from spanbert.storage import publish
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer


def write_documents(texts: Iterable[str], folder: Path) -> Path:
    """Publish texts as a documents artifact, one file for every 16 MiB."""
    import zstandard

    with publish(folder, "documents") as draft:
        for number, group in enumerate(_groups(texts, 1 << 24)):
            path = draft.folder / f"documents-{number:05d}.jsonl.zst"
            with zstandard.open(path, "wb") as file:
                for place, text in enumerate(group):
                    document = {
                        "id": f"{number}-{place}",
                        "text": text,
                        "source": "",
                        "licence": "",
                    }
                    file.write(json.dumps(document, ensure_ascii=False).encode() + b"\n")
    return folder


def _groups(texts: Iterable[str], num_characters: int) -> Iterator[list[str]]:
    group, room = list[str](), num_characters
    for text in texts:
        group.append(text)
        room -= len(text)
        if room <= 0:
            yield group
            group, room = [], num_characters
    if group:
        yield group


def clean_texts(source: Path, folder: Path) -> list[str]:
    """The documents of a corpus, as the corpus stage makes them."""
    settings = CorpusConfig(sources=(str(source),), held_out_fraction=0.0)
    publish_documents(folder / "documents", folder / "held-out", settings)
    return [document.text for document in read_documents(folder / "documents")]


def texts_of(documents: Path) -> Iterator[str]:
    """The texts of a documents artifact."""
    return (document.text for document in read_documents(documents))


def train_wordpiece(documents: Path, folder: Path, vocab_size: int) -> Path:
    """Publish a cased vocabulary of the documents."""
    build_tokenizer(documents, folder, TokenizerConfig(vocab_size=vocab_size))
    return folder


def shard_documents(documents: Path, tokenizer: Path, folder: Path, num_workers: int = 1) -> int:
    """Publish shards of documents; returns their tokens."""
    report = write_shards(documents, tokenizer, folder, ShardsConfig(), num_workers=num_workers)
    return report.tokens


def text_workers(number: int, folder: Path) -> AbstractContextManager[None]:
    """Workers of Ray for calls of `shard_documents`; their files lie in `folder`, which is made."""
    folder.mkdir()
    return task_workers(number, folder, silent)


def sharding_status(documents: Path, tokenizer: Path, folder: Path) -> str:
    """What Linux says of a fresh process that did this and imported nothing else."""
    command = [sys.executable, "-c", _SHARD_AND_TELL, documents, tokenizer, folder]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


_SHARD_AND_TELL = """
import sys
from pathlib import Path
from spanbert.shards.config import ShardsConfig
from spanbert.shards.writer import write_shards
write_shards(*map(Path, sys.argv[1:]), ShardsConfig())
print(Path("/proc/self/status").read_text())
"""


def ids_in(shards: Path) -> np.ndarray:
    """All ids of shards, end to end."""
    reader = ShardReader(shards)
    return reader.pieces(np.arange(len(reader)))


def forget_chunks() -> None:
    """What earlier calls of `shard_documents` left in this process."""
    job._encoder.cache_clear()


def pieces_of(texts: Sequence[str], tokenizer: Path) -> list[list[int]]:
    """The ids of each text, without special tokens."""
    return [found.ids.tolist() for found in load_tokenizer(tokenizer).encode_batch(texts)]


def framing_ids(tokenizer: Path) -> tuple[int, int]:
    """[CLS] and [SEP]."""
    vocabulary = load_tokenizer(tokenizer)
    return vocabulary.cls_id, vocabulary.sep_id


def tokenizer_in(folder: Path) -> SubwordTokenizer:
    """The tokenizer in a folder."""
    return load_tokenizer(folder)

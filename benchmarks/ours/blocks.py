"""Made-up blocks -> shards and a vocabulary, and the batches that training makes of them."""

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.multiprocessing
from torch import Tensor

from benchmarks.ours.model import SEED
from benchmarks.workload import SPECIALS, Block, Rows
from spanbert.config import Config
from spanbert.masking.segment import Masker
from spanbert.objectives.batch import PretrainingBatch, collate
from spanbert.shards.config import ShardsConfig
from spanbert.shards.files import ShardFiles
from spanbert.shards.format import KIND, VERSION, token_type
from spanbert.shards.pieces import NO_SPANS, Pieces
from spanbert.shards.reader import ShardReader
from spanbert.storage import publish
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer
from spanbert.training.memory import keep_freed_memory


@dataclass(frozen=True)
class Corpus:
    """The artifacts that training reads."""

    shards: Path
    tokenizer: Path
    vocab_size: int


def write_corpus(blocks: Sequence[Block], vocab_size: int, folder: Path) -> Corpus:
    """Publish blocks as shards, a document each, with a vocabulary of made-up words."""
    tokenizer = _write_tokenizer(vocab_size, folder)
    with publish(folder / "shards", KIND, VERSION) as draft:
        with ShardFiles(draft.folder, 0, token_type(vocab_size), ShardsConfig()) as files:
            for number, block in enumerate(blocks):
                pieces = Pieces(block.ids, block.word_starts, NO_SPANS, NO_SPANS)
                files.add_document(number, pieces, np.array([[0, len(pieces)]]))
            draft.counts |= files.finish() | {"pairs": False, "annotator": ""}
        draft.counts["token_type"] = token_type(vocab_size).str
        draft.counts["vocab_size"] = vocab_size
        draft.counts["vocabulary_digest"] = tokenizer.digest
    return Corpus(folder / "shards", folder / "tokenizer", vocab_size)


def write_tokenizer(vocab_size: int, folder: Path) -> Path:
    """Publish a vocabulary of made-up words, the special tokens first."""
    _write_tokenizer(vocab_size, folder)
    return folder / "tokenizer"


def _write_tokenizer(vocab_size: int, folder: Path) -> SubwordTokenizer:
    words = [f"w{number}" for number in range(vocab_size - len(SPECIALS))]
    source = folder / "vocabulary"
    source.mkdir(parents=True)
    (source / "vocab.txt").write_text("\n".join([*SPECIALS, *words]) + "\n")
    return build_tokenizer(Path(), folder / "tokenizer", TokenizerConfig(path=str(source)))


class Data:
    """The segments of a corpus, read or masked."""

    def __init__(self, corpus: Corpus, config: Config) -> None:
        keep_freed_memory()  # as a worker does; a peer in this process has it too
        self._shards = ShardReader(corpus.shards, check=False)
        tokenizer = load_tokenizer(corpus.tokenizer)
        self._masker = Masker(self._shards, tokenizer, config.masking, config.objective, seed=SEED)

    def __len__(self) -> int:
        return len(self._shards)

    def batch(self, numbers: Sequence[int], epoch: int = 0) -> PretrainingBatch:
        """These segments, masked and ready for a step."""
        return collate(self._masker.batch(np.asarray(numbers), epoch))

    def all(self) -> PretrainingBatch:
        """All segments as one batch."""
        return self.batch(range(len(self)))

    def masking(self) -> Callable[[], PretrainingBatch]:
        """What masks and collates all segments, read before, by other masks at each call."""
        segments = self._shards.gather(np.arange(len(self)))
        epochs = itertools.count()
        return lambda: collate(self._masker.mask(segments, next(epochs)))

    def ids(self, numbers: Sequence[int]) -> Tensor:
        """(tokens) int64: the pieces of these segments end to end."""
        return torch.from_numpy(self._shards.pieces(np.asarray(numbers)))


def rows_of(batch: PretrainingBatch) -> Rows:
    """A batch as arrays that a peer can lay out in its own way."""
    names = ("token_ids", "mlm_rows", "mlm_targets")
    names += ("sbo_left", "sbo_right", "sbo_offset", "sbo_targets")
    arrays = {name: getattr(batch, name).cpu().numpy() for name in names}
    return Rows(lengths=np.array(batch.packing.lengths), **arrays)

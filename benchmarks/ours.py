"""Our side of every benchmark: the one file here that knows the package.

Only the core is imported at the top, so that `gpu.py` runs on a bare machine; Ray and MLflow are
imported where they are used.
"""

import itertools
import json
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median
from typing import Any, Literal

import numpy as np
import torch
import torch.distributed as dist
import torch.multiprocessing
from torch import Tensor, nn

from benchmarks.workload import (
    MAX_LENGTH,
    SPECIALS,
    Block,
    CorefSizes,
    CorefText,
    Rows,
    Size,
)
from spanbert.checkpoints.state import SpikeRecord, capture
from spanbert.checkpoints.store import CheckpointStore, load_state
from spanbert.config import Config, parse_config
from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.documents import read_documents
from spanbert.corpus.documents import write_documents as publish_documents
from spanbert.evaluation.coref.files import score_coref
from spanbert.evaluation.coref.scores import coref_scores
from spanbert.masking.segment import Masker
from spanbert.model.config import ModelConfig
from spanbert.model.pretraining import initialize
from spanbert.model.published import published_names
from spanbert.objectives.batch import PretrainingBatch, collate, target_counts
from spanbert.objectives.pretraining import objective_weights, pretraining_losses
from spanbert.parallel import task_workers
from spanbert.progress import silent
from spanbert.shards import job
from spanbert.shards.config import ShardsConfig
from spanbert.shards.files import ShardFiles
from spanbert.shards.format import KIND, VERSION, token_type
from spanbert.shards.pieces import NO_SPANS, Pieces
from spanbert.shards.reader import ShardReader
from spanbert.shards.writer import write_shards
from spanbert.storage import publish
from spanbert.tasks.classification.classifier import Classifier
from spanbert.tasks.classification.features import Inputs as ClassifierInputs
from spanbert.tasks.classification.head import ClassificationModel
from spanbert.tasks.config import CorefConfig, QAConfig
from spanbert.tasks.coref.candidates import candidate_spans, num_kept
from spanbert.tasks.coref.documents import CorefDocument
from spanbert.tasks.coref.documents import read_documents as read_coref
from spanbert.tasks.coref.long_documents import linked_spans
from spanbert.tasks.coref.model import CorefModel
from spanbert.tasks.coref.raw_text import document_of_text
from spanbert.tasks.coref.segments import SegmentedDocument, segmented
from spanbert.tasks.coref.writing import write_conll
from spanbert.tasks.encoding import TextEncoder
from spanbert.tasks.finetune import finetune
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.glue.problem import GlueProblem
from spanbert.tasks.qa.answers import Prediction, decode_answers
from spanbert.tasks.qa.examples import Question, read_questions
from spanbert.tasks.qa.features import AskedQuestions, Windows, batch_of_rows
from spanbert.tasks.qa.head import QuestionAnsweringModel
from spanbert.tasks.qa.layout import lay_out
from spanbert.tasks.qa.predict import QuestionAnswerer
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.subword import SubwordTokenizer, load_tokenizer
from spanbert.training.config import TrainingConfig
from spanbert.training.curve import CurveFile
from spanbert.training.data import TrainingData
from spanbert.training.memory import keep_freed_memory
from spanbert.training.optimizer import FlatAdamW
from spanbert.training.prefetch import Prefetch
from spanbert.training.step import Trainer
from spanbert.training.worker import (
    CPU,
    Inputs,
    Seat,
    build_model,
    train_on_worker,
)
from spanbert.training.workers import ALONE, ProcessGroup, Workers

Precision = Literal["fp32", "bf16"]
_SEED = 1907
_DELTAS = 5  # steps between two time stamps; those of a Ray run are in whole milliseconds


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


def write_tokenizer(vocab_size: int, folder: Path) -> Path:
    """Publish a vocabulary of made-up words, the special tokens first."""
    _write_tokenizer(vocab_size, folder)
    return folder / "tokenizer"


def pieces_of(texts: Sequence[str], tokenizer: Path) -> list[list[int]]:
    """The ids of each text, without special tokens."""
    return [found.ids.tolist() for found in load_tokenizer(tokenizer).encode_batch(texts)]


def framing_ids(tokenizer: Path) -> tuple[int, int]:
    """[CLS] and [SEP]."""
    vocabulary = load_tokenizer(tokenizer)
    return vocabulary.cls_id, vocabulary.sep_id


def _write_tokenizer(vocab_size: int, folder: Path) -> SubwordTokenizer:
    words = [f"w{number}" for number in range(vocab_size - len(SPECIALS))]
    source = folder / "vocabulary"
    source.mkdir(parents=True)
    (source / "vocab.txt").write_text("\n".join([*SPECIALS, *words]) + "\n")
    return build_tokenizer(Path(), folder / "tokenizer", TokenizerConfig(path=str(source)))


def config(
    size: Size,
    *,
    has_sbo: bool = True,
    precision: Precision = "fp32",
    dropout: float = 0.1,
    initializer_range: float = 0.02,
    **training: Any,
) -> Config:
    """Settings of SpanBERT, or of BERT on single sequences where `has_sbo` is False.

    Args:
        training: settings of that section.
    """
    preset = parse_config(f"[preset]\nmodel = '{'spanbert' if has_sbo else 'bert-1seq'}'")
    model = ModelConfig(
        hidden_size=size.hidden_size,
        num_layers=size.num_layers,
        num_heads=size.num_heads,
        intermediate_size=4 * size.hidden_size,
        hidden_dropout=dropout,
        attention_dropout=dropout,
        initializer_range=initializer_range,
    )
    return replace(preset, model=model, training=TrainingConfig(precision=precision, **training))


class Data:
    """The segments of a corpus, read or masked."""

    def __init__(self, corpus: Corpus, config: Config) -> None:
        keep_freed_memory()  # as a worker does; a peer in this process has it too
        self._shards = ShardReader(corpus.shards, check=False)
        tokenizer = load_tokenizer(corpus.tokenizer)
        self._masker = Masker(self._shards, tokenizer, config.masking, config.objective, seed=_SEED)

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


class Training:
    """A fresh model and its optimizer, a step at a time."""

    def __init__(self, config: Config, vocab_size: int, device: str = "cpu") -> None:
        keep_freed_memory()  # as a worker does; a peer in this process has it too
        self._device = torch.device(device)
        self.model = build_model(config, vocab_size).to(self._device)
        self._trainer = Trainer(self.model, config.training, objective=config.objective, seed=_SEED)
        self._done = 0

    def step(self, *batches: PretrainingBatch) -> dict[str, float]:
        """One optimizer step; its losses and the gradient's norm before clipping."""
        figures = self._trainer.step(self._done, [[b.to(self._device) for b in batches]])
        self._done += 1
        return figures

    def fill_moments(self) -> FlatAdamW:
        """The optimizer, as after a first update."""
        optimizer = self._trainer.optimizer
        names = [name for name, _ in self.model.named_parameters()]
        values = dict(self.model.named_parameters())
        moments = ("exp_avg", "exp_avg_sq")
        optimizer.restore(1, {f"{n}.{m}": values[n].detach() for n in names for m in moments})
        return optimizer

    def published_state(self) -> dict[str, Tensor]:
        """The weights under their published names, copied."""
        return _published(self.model)


def tracked_steps(
    training: Training, batch: PretrainingBatch, settings: Config, folder: Path, uri: str
) -> float:
    """Seconds of ten steps whose figures are written down, and sent to a server if one is named."""
    from spanbert.registry.tracking import Tracking

    curve = CurveFile(folder / "curve.jsonl")
    follow = nullcontext()
    with ExitStack() as stack:
        if uri:
            named = replace(settings, registry=replace(settings.registry, tracking_uri=uri))
            run = stack.enter_context(Tracking(named, folder, lambda line: None).step("pretrain"))
            follow = run.follow(folder / "curve.jsonl")
        with follow:
            began = time.perf_counter()
            for number in range(10):
                curve(number, training.step(batch))
            return time.perf_counter() - began


@dataclass(frozen=True)
class Saving:
    """Seconds of one checkpoint, and its size."""

    copy_s: float  # on the training thread
    save_s: float  # in a thread of its own: written, digested, synced
    read_s: float  # verified and loaded, once at a start
    size_bytes: int


def saving(config: Config, vocab_size: int, folder: Path) -> Saving:
    """Copy, save, verify and load the state of a fresh model with moments."""
    training = Training(config, vocab_size)
    optimizer, store = training.fill_moments(), CheckpointStore(folder, keep=1, inputs={})
    marks = [time.perf_counter()]
    state = capture(1, training.model, optimizer, SpikeRecord(), {})
    marks.append(time.perf_counter())
    place = store.save(state)
    marks.append(time.perf_counter())
    newest = store.newest(lambda line: None)
    assert newest is not None
    load_state(newest)
    marks.append(time.perf_counter())
    size_bytes = sum(path.stat().st_size for path in place.iterdir())
    copy_s, save_s, read_s = np.diff(marks).tolist()
    return Saving(copy_s, save_s, read_s, size_bytes)


class LossModule(nn.Module):
    """Our model as a module whose output is the loss, for a wrapper that knows nothing else."""

    def __init__(self, config: Config, vocab_size: int) -> None:
        super().__init__()
        self.model = build_model(config, vocab_size)
        self._weights = objective_weights(config.objective)

    def forward(self, batch: PretrainingBatch) -> Tensor:
        """Sum of the objectives' means over this batch."""
        scales = self._weights / target_counts(batch).clamp(min=1)
        return pretraining_losses(self.model, batch, scales.tolist()).total


def batches_of(
    config: Config, corpus: Corpus, workers: Workers = ALONE
) -> Callable[[int], list[list[PretrainingBatch]]]:
    """What the training loop calls for one worker's data of a step."""
    shards = ShardReader(corpus.shards, check=False)
    tokenizer = load_tokenizer(corpus.tokenizer)
    return TrainingData(config, tokenizer, shards, workers).batches_of


def data_shares(config: Config, corpus: Corpus, steps: int) -> list[float]:
    """Of each step's time, the share in which training waits for its data; the first is left out.

    A number a step, from the loop's own two calls.
    """
    training, shares = Training(config, corpus.vocab_size), []
    with Prefetch(batches_of(config, corpus), steps + 1, CPU) as prefetch:
        for number in range(steps + 1):
            began, waited = time.perf_counter(), prefetch.waited_s
            training.step(*prefetch(number)[0])
            shares.append((prefetch.waited_s - waited) / (time.perf_counter() - began))
    return shares[1:]


def loop_seconds(
    config: Config,
    corpus: Corpus,
    folder: Path,
    seat: Seat = Seat(),  # noqa: B008  # frozen
) -> list[float]:
    """Seconds of each step of the plain training loop in this process; the first is left out.

    Everything that a step does is in it: data, masking, clip, optimizer, log. Worker 0 alone knows;
    the settings must log every step.
    """
    ends: list[float] = []
    train_on_worker(
        config,
        Inputs(corpus.shards, corpus.tokenizer, folder),
        seat,
        log=lambda step, metrics: ends.append(time.perf_counter()),
    )
    if seat.rank == 0:
        shutil.rmtree(folder / "checkpoints")  # large, and there are many runs
    return np.diff(ends).tolist()


def process_seconds(config: Config, corpus: Corpus, folder: Path, world_size: int) -> list[float]:
    """As `loop_seconds`, in so many fresh processes of one thread that sum over gloo."""
    return in_processes(_worker, world_size, folder, config, corpus)


def _worker(
    rank: int, world_size: int, folder: Path, config: Config, corpus: Corpus
) -> list[float]:
    return loop_seconds(config, corpus, folder, Seat(ProcessGroup(CPU)))


def in_processes(
    work: Callable[..., list[float]], world_size: int, folder: Path, *arguments: object
) -> list[float]:
    """What `work(rank, world_size, folder, ...)` gives on rank 0 of a fresh gloo group."""
    folder.mkdir(parents=True)
    context = torch.multiprocessing.get_context("spawn")
    answer = context.SimpleQueue()
    torch.multiprocessing.spawn(  # pyright: ignore[reportPrivateImportUsage]
        _join, (world_size, folder, work, arguments, answer), nprocs=world_size
    )
    return answer.get()


def _join(
    rank: int,
    world_size: int,
    folder: Path,
    work: Callable[..., list[float]],
    arguments: tuple[object, ...],
    answer: Any,
) -> None:
    torch.set_num_threads(1)
    meeting = f"file://{folder.absolute() / 'rendezvous'}"
    dist.init_process_group("gloo", meeting, rank=rank, world_size=world_size)
    found = work(rank, world_size, folder, *arguments)
    if rank == 0:
        answer.put(found)
    dist.destroy_process_group()


@dataclass(frozen=True)
class RayRun:
    """Seconds of one whole run on Ray."""

    steps: list[float]  # median-able: each the mean of a few steps
    cluster: float  # until the cluster is there
    group: float  # from there to the end of the first step
    teardown: float  # from the last step to the return, export of the model included


def ray_run(config: Config, corpus: Corpus, folder: Path) -> RayRun:
    """Pre-train on Ray, with figures at every step."""
    from spanbert.training.ray_job import pretrain

    told_s = [time.time()]
    pretrain(
        config,
        shards=corpus.shards,
        tokenizer=corpus.tokenizer,
        folder=folder / "model",
        work_root=folder / "work",
        say=lambda line: told_s.append(time.time()),
    )
    ends = _logged_s(folder / "work")
    return RayRun(
        mean_steps(ends), told_s[2] - told_s[0], ends[0] - told_s[2], time.time() - ends[-1]
    )


def _logged_s(work_root: Path) -> list[float]:
    """When each step's figures were written down, in seconds since 1970."""
    (curve,) = work_root.glob("*/curve.jsonl")
    return [json.loads(line)["time_ms"] / 1000 for line in curve.read_text().splitlines()]


def mean_steps(ends: Sequence[float]) -> list[float]:
    """Mean seconds a step over neighbouring runs of a few steps."""
    apart = min(_DELTAS, len(ends) - 1)
    return ((np.array(ends[apart:]) - np.array(ends[:-apart])) / apart).tolist()


def typical_step(times: Sequence[float]) -> float:
    """Median seconds of a step, by the same runs as `mean_steps`."""
    return median(mean_steps(np.cumsum([0.0, *times]).tolist()))


def questions_in(path: Path) -> list[Question]:
    """The questions of a SQuAD file."""
    return read_questions(path).questions


def tokenizer_in(folder: Path) -> SubwordTokenizer:
    """The tokenizer in a folder."""
    return load_tokenizer(folder)


def answering_config(max_length: int, **changes: Any) -> QAConfig:
    """Settings of question answering; no question is cut."""
    return QAConfig(max_length=max_length, max_question_pieces=max_length // 2, **changes)


def windows_overlapping(
    questions: Sequence[Question], tokenizer: SubwordTokenizer, config: QAConfig, overlap: int
) -> Windows:
    """The windows of questions; the step of each is what makes its windows overlap by so much."""
    encoder = TextEncoder(tokenizer)
    contexts, context_of = encoder.encode_distinct([q.context for q in questions])
    asked = AskedQuestions.of(questions, encoder, config)
    layout = lay_out(contexts.lengths[context_of], asked.rooms, asked.rooms - overlap)
    return asked.windows(contexts, context_of, layout)


@dataclass(frozen=True)
class WindowTensors:
    """All that a model reads of windows, end to end."""

    token_ids: Tensor
    token_type_ids: Tensor
    lengths: tuple[int, ...]
    targets: Tensor  # (windows, 2)


def window_tensors(windows: Windows) -> WindowTensors:
    """All windows as one batch."""
    batch = batch_of_rows(windows, np.arange(len(windows)), torch.device("cpu"))
    return WindowTensors(
        batch.token_ids, batch.token_type_ids, batch.packing.lengths, batch.targets
    )


def best_seen(windows: Windows) -> list[dict[str, bool]]:
    """For each window the positions of the pieces that it shows best, as stock code has them."""
    layout = windows.layout
    shifts = windows.first_pieces - layout.starts
    rows = zip(
        (layout.best_starts + shifts).tolist(), (layout.best_ends + shifts).tolist(), strict=True
    )
    return [{str(place): True for place in range(first, end)} for first, end in rows]


def answers_of(windows: Windows, scores: np.ndarray, config: QAConfig) -> list[Prediction]:
    """The answers and the runners-up by (tokens, 2) scores."""
    return decode_answers(windows, scores, config)


def _published(model: nn.Module) -> dict[str, Tensor]:
    """A model's weights under their published names, copied."""
    state = model.state_dict()
    return published_names({name: tensor.detach().clone() for name, tensor in state.items()})


class Answering:
    """A fresh question answering model, fine-tuned on one batch."""

    def __init__(
        self,
        size: Size,
        tokenizer: SubwordTokenizer,
        qa: QAConfig,
        *,
        dropout: float = 0.1,
        initializer_range: float = 0.02,
    ) -> None:
        keep_freed_memory()  # as a worker does; a peer in this process has it too
        sizes = config(size, dropout=dropout).model
        model = QuestionAnsweringModel(replace(sizes, vocab_size=tokenizer.vocab_size))
        initialize(model, initializer_range, _SEED)
        self._answerer, self._config = QuestionAnswerer(model, tokenizer, qa), qa

    def published_state(self) -> dict[str, Tensor]:
        """The weights under their published names, copied."""
        return _published(self._answerer.model)

    def train(self, windows: Windows, rows: Sequence[int], steps: int) -> dict[str, float]:
        """So many steps on one batch; the last one's loss, and its gradient's norm before clipping.

        It is the loop that fine-tunes, with the making of its optimizer.
        """
        recipe = replace(self._config, epochs=steps, batch_size=len(rows), learning_rate=1e-6)
        told: dict[str, float] = {}

        def log(step: int, metrics: dict[str, float]) -> None:
            told.update(metrics)

        finetune(self._answerer, [windows[row] for row in rows], recipe, _SEED, log=log)
        return told


class Classifying:
    """A fresh classifier of two labels, fine-tuned on sentences.

    Args:
        tokenizer: a folder with a vocabulary.
    """

    def __init__(
        self,
        size: Size,
        tokenizer: Path,
        *,
        dropout: float = 0.1,
        initializer_range: float = 0.02,
    ) -> None:
        keep_freed_memory()  # as a worker does; a peer in this process has it too
        vocabulary = load_tokenizer(tokenizer)
        self._problem = GlueProblem("sst2", ("0", "1"), MAX_LENGTH)
        sizes = replace(config(size, dropout=dropout).model, vocab_size=vocabulary.vocab_size)
        self._model = ClassificationModel(sizes, 2)
        initialize(self._model, initializer_range, _SEED)
        self._classifier = Classifier(self._model, self._problem, vocabulary)

    def published_state(self) -> dict[str, Tensor]:
        """The weights under their published names, copied."""
        return _published(self._model)

    def train(
        self,
        sentences: Mapping[str, Sequence[Any]],
        batch_size: int,
        clock: Callable[[], float] = time.perf_counter,
    ) -> tuple[list[float], dict[str, float]]:
        """An epoch; seconds of each step but the first, and the figures of the last step.

        It is the loop that fine-tunes, with the making of its batches.

        Args:
            sentences: "input_ids" with special tokens, and "labels".
        """
        ids = [np.array(own) for own in sentences["input_ids"]]
        labels = [str(label) for label in sentences["labels"]]
        numbers = [str(number) for number in range(len(ids))]
        inputs = ClassifierInputs.of(
            numbers, labels, ids, [len(own) for own in ids], self._problem.labels
        )
        recipe = GlueConfig(epochs=1, batch_size=batch_size, learning_rate=1e-6)
        told: dict[str, float] = {}
        begins: list[float] = []

        def log(step: int, metrics: dict[str, float]) -> None:
            told.update(metrics)

        hook = self._model.register_forward_pre_hook(lambda *_: begins.append(clock()))
        finetune(self._classifier, inputs, recipe, _SEED, log=log)
        hook.remove()
        return np.diff([*begins, clock()])[1:].tolist(), told


Clusters = Sequence[Sequence[tuple[int, int]]]


def annotated(path: Path) -> list[tuple[str, int, Clusters]]:
    """Id, number of words and clusters of each document in a file."""
    return [(one.id, one.num_words, one.clusters) for one in read_coref(path).documents]


def write_annotated(documents: Iterable[tuple[str, int, Clusters]], path: Path) -> None:
    """Write documents of made-up words with these clusters as a CoNLL file."""
    write_conll(
        (
            CorefDocument(
                id=name,
                sentences=(("w",) * num_words,),
                speakers=(("",) * num_words,),
                clusters=tuple(map(tuple, clusters)),
            )
            for name, num_words, clusters in documents
        ),
        path,
    )


def scores_of_clusters(pairs: Iterable[tuple[Clusters, Clusters]]) -> dict[str, Any]:
    """All coreference scores of gold and predicted clusters."""
    return coref_scores(pairs)


def scores_of_files(key: Path, response: Path) -> dict[str, Any]:
    """All coreference scores of two files."""
    return score_coref(key, response)


def words_in(path: Path) -> list[str]:
    """The words of each document of a file with clusters, as a text with a line a sentence."""
    documents = read_coref(path).documents
    return ["\n".join(map(" ".join, document.sentences)) for document in documents]


class Resolving:
    """A fresh coreference model, ready to predict.

    Args:
        segment_length: pieces that the encoder reads at once, special tokens included.
    """

    def __init__(
        self,
        size: Size,
        tokenizer: SubwordTokenizer,
        sizes: CorefSizes,
        segment_length: int,
        initializer_range: float = 0.02,
    ) -> None:
        keep_freed_memory()  # a peer in this process has it too
        self._tokenizer = tokenizer
        self._config = CorefConfig(segment_length=segment_length, **asdict(sizes))
        model = replace(config(size).model, vocab_size=tokenizer.vocab_size)
        self._model = CorefModel(model, self._config).eval()
        initialize(self._model, initializer_range, _SEED)

    def published_state(self) -> dict[str, Tensor]:
        """The weights under their published names, copied."""
        return _published(self._model)

    def read(self, text: str) -> SegmentedDocument:
        """A text as pieces."""
        return segmented([document_of_text(text)], self._tokenizer, self._config)[0]

    def plain(self, document: SegmentedDocument) -> CorefText:
        """A document as arrays that a peer can lay out in its own way."""
        settings, bounds = self._config, document.word_bounds
        return CorefText(
            len(document.sentences),
            document.pieces,
            document.segments,
            bounds,
            document.speakers,
            candidate_spans(bounds, document.sentences, settings.max_span_width),
            num_kept(document.num_tokens, settings.span_ratio, settings.max_spans),
            document.genre,
        )

    def resolve(self, document: SegmentedDocument) -> tuple[list[tuple[int, int]], list[int]]:
        """The spans of words that are kept, and the number of each one's antecedent, or -1."""
        found = linked_spans(self._model, document, self._config)
        spans = [(start, end) for start, end in found.spans.tolist()]
        return spans, found.antecedents.tolist()

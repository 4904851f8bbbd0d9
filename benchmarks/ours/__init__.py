"""Our side of every benchmark: the one folder here that knows the package.

Only the core is imported at the top, so that `gpu.py` runs on a bare machine; Ray and MLflow are
imported where they are used.
"""

from benchmarks.ours.answering import (
    Answering,
    answering_config,
    answers_of,
    best_seen,
    questions_in,
    window_tensors,
    windows_overlapping,
)
from benchmarks.ours.blocks import Corpus, Data, rows_of, write_corpus, write_tokenizer
from benchmarks.ours.classifying import Classifying
from benchmarks.ours.model import Precision, config
from benchmarks.ours.resolving import (
    Clusters,
    Resolving,
    annotated,
    scores_of_clusters,
    scores_of_files,
    words_in,
    write_annotated,
)
from benchmarks.ours.texts import (
    clean_texts,
    forget_chunks,
    framing_ids,
    ids_in,
    pieces_of,
    shard_documents,
    sharding_status,
    text_workers,
    texts_of,
    tokenizer_in,
    train_wordpiece,
    write_documents,
)
from benchmarks.ours.training import (
    LossModule,
    Training,
    batches_of,
    data_shares,
    saving,
    tracked_steps,
)
from benchmarks.ours.workers import (
    RayRun,
    in_processes,
    loop_seconds,
    process_seconds,
    ray_run,
    typical_step,
)
from spanbert.config import Config
from spanbert.objectives.batch import PretrainingBatch
from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.features import Windows
from spanbert.training.worker import CPU
from spanbert.training.workers import ProcessGroup

__all__ = [
    "CPU",
    "Answering",
    "Classifying",
    "Clusters",
    "Config",
    "Corpus",
    "Data",
    "LossModule",
    "Precision",
    "PretrainingBatch",
    "ProcessGroup",
    "Question",
    "RayRun",
    "Resolving",
    "Training",
    "Windows",
    "annotated",
    "answering_config",
    "answers_of",
    "batches_of",
    "best_seen",
    "clean_texts",
    "config",
    "data_shares",
    "forget_chunks",
    "framing_ids",
    "ids_in",
    "in_processes",
    "loop_seconds",
    "pieces_of",
    "process_seconds",
    "questions_in",
    "ray_run",
    "rows_of",
    "saving",
    "scores_of_clusters",
    "scores_of_files",
    "shard_documents",
    "sharding_status",
    "text_workers",
    "texts_of",
    "tokenizer_in",
    "tracked_steps",
    "train_wordpiece",
    "typical_step",
    "window_tensors",
    "windows_overlapping",
    "words_in",
    "write_annotated",
    "write_corpus",
    "write_documents",
    "write_tokenizer",
]

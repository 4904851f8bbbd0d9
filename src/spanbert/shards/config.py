"""Settings of the shards stage."""

from dataclasses import dataclass

from spanbert.corpus.sentence_rules import SENTENCE_RULES
from spanbert.validation import require


@dataclass(frozen=True)
class ShardsConfig:
    """How documents become segments."""

    max_pieces: int = 510  # word pieces in a segment, without [CLS] and [SEP]
    language: str = "en"  # whose abbreviations end no sentence: de, en, es, fr, it, nl, pt or any
    pairs: bool = False  # segments in two parts, the second half the time from another document
    short_fraction: float = 0.0  # pairs: share of documents cut to a random shorter length
    seed: int = 1907  # pairs: of the cuts and of the second parts
    annotator: str = ""  # spaCy pipeline, by name or path, that marks entities and noun phrases
    annotator_processes: int = 1  # documents are annotated in so many processes

    def __post_init__(self) -> None:
        require(self.max_pieces >= 8, f"shards.max_pieces = {self.max_pieces} < 8")
        require(
            self.language in SENTENCE_RULES,
            f"shards.language = {self.language!r} must be one of {', '.join(SENTENCE_RULES)}",
        )
        require(
            0 <= self.short_fraction <= 1,
            f"shards.short_fraction = {self.short_fraction} must be in [0, 1]",
        )
        require(
            self.annotator_processes >= 1,
            f"shards.annotator_processes = {self.annotator_processes} < 1",
        )

"""Settings of the corpus stage."""

from dataclasses import asdict, dataclass
from typing import Any, Literal

from spanbert.validation import require

# what a cluster or a laptop lends to the work, and where it may look: nothing of what comes out
_NOT_OF_THE_OUTPUT = ("num_workers", "max_quarantined_fraction", "allowed_hosts")


@dataclass(frozen=True)
class CorpusConfig:
    """Where text comes from, how it is cleaned, and which documents are kept."""

    # files, folders, globs, "s3://bucket/…" and "https://…", or "hf:NAME[@CONFIG][:SPLIT]" for a
    # dataset that `datasets` can load (NAME may be owner/name; the split is train unless given)
    sources: tuple[str, ...] = ()
    text_key: str = "text"  # the text's field in JSONL, CSV and Parquet records
    txt_documents: Literal["blank-lines", "file"] = "blank-lines"  # what ends one in a .txt file
    licence: str = ""  # recorded with each document that names none
    allowed_hosts: tuple[str, ...] = ()  # of https:// sources, besides none; "*.name" for all below
    max_download_bytes: int = 100 * 10**9  # of one remote file
    download_timeout_s: float = 3600.0  # of one remote file

    boilerplate: tuple[str, ...] = ()  # lines that are removed where they stand alone
    min_characters: int = 200  # shorter documents are dropped and counted
    max_characters: int = 0  # so are longer ones; 0: there is no limit
    min_letter_fraction: float = 0.0  # of characters but spaces; fewer letters: dropped
    max_digit_fraction: float = 1.0  # of characters but spaces; more digits: dropped
    languages: tuple[str, ...] = ()  # ISO 639-1 codes; documents in others are dropped; (): all

    # Jaccard similarity of word 5-grams from which the later document is dropped; 0: only equal
    # ones are
    near_duplicate_similarity: float = 0.8
    contamination_words: int = (
        13  # length of n-grams shared with evaluation sets; 0: not looked for
    )
    contaminated: Literal["drop", "keep"] = "drop"  # "keep" only counts them

    held_out_fraction: float = 0.02  # of documents, chosen by a hash of their text
    max_quarantined_fraction: float = 0.01  # more undecodable or malformed records than this: stop
    num_workers: int = 1  # processes that read, clean and tokenize; more than one: tasks of Ray

    def __post_init__(self) -> None:
        require(self.min_characters >= 1, f"corpus.min_characters = {self.min_characters} < 1")
        require(
            self.max_characters == 0 or self.max_characters >= self.min_characters,
            f"corpus.max_characters = {self.max_characters} is below corpus.min_characters"
            f" = {self.min_characters}",
        )
        require(
            # longer documents come in parts, the first of which has at least so many
            self.max_characters <= 2**19,
            f"corpus.max_characters = {self.max_characters} must be at most {2**19}; 0 is no limit",
        )
        require(
            all(source.strip() for source in self.sources),
            f"corpus.sources = {list(self.sources)} has an empty entry",
        )
        for name in ("min_letter_fraction", "max_digit_fraction", "max_quarantined_fraction"):
            value = getattr(self, name)
            require(0 <= value <= 1, f"corpus.{name} = {value} must be in [0, 1]")
        require(
            0 <= self.near_duplicate_similarity < 1,
            f"corpus.near_duplicate_similarity = {self.near_duplicate_similarity}"
            " must be in [0, 1)",
        )
        require(
            self.contamination_words == 0 or 4 <= self.contamination_words <= 64,
            f"corpus.contamination_words = {self.contamination_words} must be 0 or in [4, 64]",
        )
        require(
            0 <= self.held_out_fraction < 1,
            f"corpus.held_out_fraction = {self.held_out_fraction} must be in [0, 1)",
        )
        require(self.max_download_bytes >= 1, "corpus.max_download_bytes < 1")
        require(self.download_timeout_s > 0, "corpus.download_timeout_s must be above 0")
        require(self.num_workers >= 1, f"corpus.num_workers = {self.num_workers} < 1")

    @property
    def identity(self) -> dict[str, Any]:
        """The settings that decide what comes out."""
        return {k: v for k, v in asdict(self).items() if k not in _NOT_OF_THE_OUTPUT}

"""Settings of the corpus stage."""

from dataclasses import dataclass

from spanbert.validation import require


@dataclass(frozen=True)
class CorpusConfig:
    """Where text comes from and which documents are kept."""

    # files, globs, or "hf:NAME[@CONFIG][:SPLIT]" for a dataset that `datasets` can load (NAME may
    # be owner/name; the split is train unless given)
    sources: tuple[str, ...] = ()
    text_key: str = "text"  # the text's field in JSONL and Parquet records
    licence: str = ""  # recorded with each document that names none
    min_characters: int = 200  # shorter documents are dropped and counted
    held_out_fraction: float = 0.02  # of documents, chosen by a hash of their text
    max_quarantined_fraction: float = 0.01  # more undecodable or malformed records than this: stop

    def __post_init__(self) -> None:
        require(self.min_characters >= 1, f"corpus.min_characters = {self.min_characters} < 1")
        require(
            0 <= self.held_out_fraction < 1,
            f"corpus.held_out_fraction = {self.held_out_fraction} must be in [0, 1)",
        )
        require(
            0 <= self.max_quarantined_fraction <= 1,
            f"corpus.max_quarantined_fraction = {self.max_quarantined_fraction} must be in [0, 1]",
        )

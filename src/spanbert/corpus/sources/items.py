"""What a source names: files, near or far, and datasets."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class SourceFile:
    """One file."""

    place: str  # its path, or its URL
    name: str  # relative to the fixed part of its pattern: moving the folder changes nothing
    record_format: str  # a suffix, ".txt" for one; ".wiki" for WikiExtractor's own
    packing: str  # a suffix, or "" for none
    size_bytes: int | None  # as it lies there; None where a server does not tell
    version: str = ""  # what a server says to tell one content from another; "" on disk

    @property
    def is_remote(self) -> bool:
        """Whether its content comes by a network."""
        return self.place.startswith(("https://", "s3://"))


@dataclass(frozen=True, slots=True)
class HubDataset:
    """One split of a dataset that `datasets` can load by name."""

    entry: str  # as in the settings
    name: str
    config: str | None
    split: str

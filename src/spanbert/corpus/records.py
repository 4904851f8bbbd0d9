"""What is read from sources: documents as they were found, and places that could not be read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Record:
    """One document as it was found, or one part of a document that is too long to hold at once."""

    text: str
    id: str  # the record's own, or one made from its file and its place in it
    source: str  # the record's own, or the name of its file or dataset
    licence: str  # the record's own, or the configured one
    place: str  # file, or file or dataset with its row
    part: int = 0  # of a long document, whose parts come one after another, counted from 0


@dataclass(frozen=True, slots=True)
class Rejected:
    """One document that could not be read: where it is and a short code that says why."""

    place: str
    byte_offset: int | None  # in the file after decompression; None where rows have no offset
    reason: str

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
    """What could not be read, mostly one document: where it is and a short code that says why."""

    place: str  # file or dataset
    byte_offset: int | None  # in the file after decompression; None where it is not known
    reason: str
    row: int | None = None  # the first, counted from 1, where there are rows
    num_records: int = 1  # more where a run of rows is lost
    ends_file: bool = False  # nothing after it in the file is read
    unread_bytes: int = 0  # of the sources, lost with it; 0 where it is one record among others

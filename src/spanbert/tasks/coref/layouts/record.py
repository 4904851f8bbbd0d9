"""What every layout gives of a document: what can be used of it, and what is broken."""

from typing import NamedTuple

from spanbert.tasks.coref.document import CorefDocument


class MentionFault(NamedTuple):
    """Why a mention cannot be used."""

    reason: str
    line: int  # of the file, from 1


class Record(NamedTuple):
    """A document of a file, without its broken mentions."""

    id: object  # as it stands in the file
    line: int  # where it begins, or where its fault is, from 1
    fault: str = ""  # why the whole cannot be used, or ""
    document: CorefDocument | None = None  # None with a fault
    mention_faults: tuple[MentionFault, ...] = ()

    @property
    def num_mentions(self) -> int:
        """With the broken ones."""
        clusters = self.document.clusters if self.document else ()
        return sum(map(len, clusters)) + len(self.mention_faults)

"""Candidates of one chunk + what was decided of them -> the files of documents that stay."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from spanbert.corpus.candidates import STEM
from spanbert.corpus.document import SUFFIX, FilesWriter, read_lines
from spanbert.corpus.samples import Samples
from spanbert.corpus.survival import REASONS
from spanbert.shapes import Bool, UInt

TRAINING, HELD_OUT = "training", "held-out"  # stems of the files


@dataclass(frozen=True)
class Verdicts:
    """What was decided of the candidates of one part, in order; see `survival.Survival`."""

    reasons: UInt[np.ndarray, " documents"]
    held_out: Bool[np.ndarray, " documents"]
    renamed: Bool[np.ndarray, " documents"]
    digests: UInt[np.ndarray, "documents 2"]

    def as_bytes(self) -> bytes:
        """All that decides what is written."""
        return b"".join(map(np.ndarray.tobytes, (self.reasons, self.held_out, self.renamed)))


def write_survivors(
    part: Path, verdicts: Verdicts, num_samples: int, folder: Path
) -> dict[str, Any]:
    """Copy what stays of a part into a folder; returns the lines in each file, and samples."""
    samples = Samples(num_samples)
    with FilesWriter(folder, TRAINING) as training, FilesWriter(folder, HELD_OUT) as held_out:
        for number, line in enumerate(_candidates(part)):
            if reason := REASONS[verdicts.reasons[number]]:
                samples.add(reason, json.loads(line)["text"] if num_samples else "")
                continue
            if verdicts.renamed[number]:
                line = _renamed(line, verdicts.digests[number])
            (held_out if verdicts.held_out[number] else training).write(line)
    return {
        TRAINING: training.lines_in_files,
        HELD_OUT: held_out.lines_in_files,
        "samples": samples.texts,
    }


def _candidates(part: Path) -> Iterator[bytes]:
    for path in sorted(part.glob(f"{STEM}-*{SUFFIX}")):
        yield from read_lines(path)


def _renamed(line: bytes, digest: np.ndarray) -> bytes:
    """The document with some of its text's digest in its id, which an earlier one has too."""
    fields = json.loads(line)
    fields["id"] += f"#{digest.astype('<u8').tobytes().hex()[:12]}"
    return json.dumps(fields, ensure_ascii=False).encode() + b"\n"

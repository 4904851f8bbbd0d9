"""Faults of documents that become shards: memory stays the same whatever a document is like."""

import random
import re
import string
import subprocess
import sys

import pytest
from document_files import documents_of, write_files

PART_CHARACTERS = 1 << 20  # a longer document comes in parts
MOST_BYTES = 1 << 30
SHARD = """
import sys
from pathlib import Path
from spanbert.shards.config import ShardsConfig
from spanbert.shards.writer import write_shards
report = write_shards(*map(Path, sys.argv[1:]), ShardsConfig())
print(report.tokens, Path("/proc/self/status").read_text())
"""


def peak_bytes(parts, tokenizer, folder):
    """The most memory of a process of its own, and the pieces that it made."""
    documents = write_files([documents_of(parts)], folder / "documents")
    command = [sys.executable, "-c", SHARD, documents, tokenizer, folder / "shards"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = re.search(r"^(\d+) .*VmHWM:\s+(\d+) kB", done.stdout, re.DOTALL)
    return int(found[2]) * 1024, int(found[1])


@pytest.mark.skipif(sys.platform != "linux", reason="reads Linux's account of a process")
@pytest.mark.parametrize("characters", [string.ascii_letters, string.punctuation, "ab "])
def test_f39_memory_does_not_grow_with_one_endless_line(artifacts, tmp_path, characters):
    """No spaces, only punctuation, and many short words."""
    chance = random.Random(0)
    parts = ["".join(chance.choices(characters, k=PART_CHARACTERS)).strip() for _ in range(8)]
    few, _ = peak_bytes(parts[:2], artifacts.tokenizer, tmp_path / "few")
    many, tokens = peak_bytes(parts, artifacts.tokenizer, tmp_path / "many")
    assert tokens > 0
    assert many < few + few // 4
    assert many < MOST_BYTES

"""Makes documents and shards of a file in a process of its own and prints its peak memory.

Usage: python corpus_stage_memory.py PATH TOKENIZER SCRATCH
"""

import re
import sys
from pathlib import Path

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.documents import write_documents
from spanbert.shards.config import ShardsConfig
from spanbert.shards.writer import write_shards

if __name__ == "__main__":
    source, tokenizer, scratch = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    config = CorpusConfig(sources=(source,), held_out_fraction=0.0)
    corpus = write_documents(scratch / "documents", scratch / "held-out", config)
    shards = write_shards(scratch / "documents", tokenizer, scratch / "shards", ShardsConfig())
    status = Path("/proc/self/status").read_text()
    peak_bytes = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024
    lost = corpus.characters_in - corpus.characters - sum(corpus.dropped_characters.values())
    print(lost, shards.words, peak_bytes)

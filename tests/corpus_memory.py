"""Reads a file in a process of its own and prints its characters and its peak memory.

Usage: python corpus_memory.py PATH
"""

import resource
import sys

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.read import read_records

if __name__ == "__main__":
    characters, longest, rejected = 0, 0, 0
    for record in read_records(CorpusConfig(sources=(sys.argv[1],))):
        text = getattr(record, "text", None)
        rejected += text is None
        characters += len(text or "")
        longest = max(longest, len(text or ""))
    peak_bytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    print(characters, longest, rejected, peak_bytes)

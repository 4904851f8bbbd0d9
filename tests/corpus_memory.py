"""Reads a file in a process of its own and prints its characters and its peak memory.

Usage: python corpus_memory.py PATH
"""

import re
import sys
from pathlib import Path

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.read import read_records

if __name__ == "__main__":
    characters, longest, rejected = 0, 0, 0
    for record in read_records(CorpusConfig(sources=(sys.argv[1],))):
        text = getattr(record, "text", None)
        rejected += text is None
        characters += len(text or "")
        longest = max(longest, len(text or ""))
    # not ru_maxrss, which begins with that of the process that started this one
    status = Path("/proc/self/status").read_text()
    peak_bytes = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024
    print(characters, longest, rejected, peak_bytes)

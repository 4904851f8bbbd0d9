"""Resolves a text file in a process of its own; prints how much was found and its peak.

Usage: python coref_memory.py MODEL_FOLDER TEXT_FILE
"""

import json
import re
import sys
from pathlib import Path

import torch

from spanbert.tasks.coref.resolver import CoreferenceResolver

if __name__ == "__main__":
    torch.set_num_threads(1)
    model, text = map(Path, sys.argv[1:])
    found = CoreferenceResolver.load(model).resolve(text.read_text())
    # not ru_maxrss, which begins with that of the process that started this one
    status = Path("/proc/self/status").read_text()
    peak_bytes = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024
    print(json.dumps({"num_kept": len(found.kept), "peak_bytes": peak_bytes}))

"""Answers a question about a text file in a process of its own; prints the answer and its peak.

Usage: python qa_memory.py MODEL_FOLDER TEXT_FILE
"""

import json
import re
import sys
from pathlib import Path

import torch

from spanbert.tasks.qa.examples import Question
from spanbert.tasks.qa.predict import QuestionAnswerer
from spanbert.tasks.texts import read_blocks

if __name__ == "__main__":
    torch.set_num_threads(1)
    model, text = map(Path, sys.argv[1:])
    question = Question("q", "Who carried seven kites?", "")
    (found,) = QuestionAnswerer.load(model).about_text([question], read_blocks(text, str(text)))
    # not ru_maxrss, which begins with that of the process that started this one
    status = Path("/proc/self/status").read_text()
    peak_bytes = int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024
    print(json.dumps({"text": found.text, "start": found.start, "peak_bytes": peak_bytes}))

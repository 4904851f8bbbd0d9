"""Texts that would fill the memory of whoever learns a vocabulary from them, or measures it."""

import os
import subprocess
import sys

import pytest

SCRIPT = """
import random, resource, sys, tiny
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.fit import vocabulary_fit
from spanbert.tokenizer.training.table import train_tokenizer_on
LONG = {
    "no spaces": lambda: random.Random(0).randbytes(50_000_000).hex(),
    "spaces": lambda: "a b " * 25_000_000,
    "only punctuation": lambda: "?!" * 50_000_000,
}
kind, line = sys.argv[1:]
texts = [*tiny.texts(60), LONG[line](), *tiny.texts(60, seed=1)]
config = TokenizerConfig(model=kind, vocab_size=500, min_frequency=1)
tokenizer = train_tokenizer_on(lambda: texts, config)
assert len(tokenizer.encode("breakfast").ids) < len("breakfast")
part = texts[60][:5_000_000]
assert vocabulary_fit(tokenizer, [part]).characters == len(part)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
"""
GIB = 2**20  # in the system's unit, KiB


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["wordpiece", "byte-bpe"])
@pytest.mark.parametrize("line", ["no spaces", "spaces", "only punctuation"])
def test_f39_a_vocabulary_is_learnt_beside_a_line_of_100_mb_in_bounded_memory(kind, line):
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    command = [sys.executable, "-c", SCRIPT, kind, line]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    assert int(done.stdout) < GIB

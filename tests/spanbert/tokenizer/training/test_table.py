"""Trained vocabularies: the same in every process, and within their bounds."""

import hashlib
import os
import subprocess
import sys

import pytest

from spanbert.errors import DataError
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.specials import BERT_SPECIALS, ROBERTA_LAYOUT
from spanbert.tokenizer.training.table import TRAINERS, train_tokenizer_on

KINDS = list(TRAINERS)
SCRIPT = """
import sys, tiny; from pathlib import Path
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.tokenizer.training.table import train_tokenizer_on
texts = tiny.texts(400) + ["é ü ñ ô 漢 字 € ° ½ " + chr(i) for i in range(200, 1500)]
config = TokenizerConfig(model=sys.argv[1], vocab_size=900, min_frequency=1)
train_tokenizer_on(lambda: texts, config).save(Path(sys.argv[2]))
"""


@pytest.mark.parametrize("kind", KINDS)
def test_the_vocabulary_is_the_same_in_every_process(kind, tmp_path):
    digests = set()
    for seed in ("0", "1", "2"):
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONHASHSEED": seed}
        folder = tmp_path / seed
        folder.mkdir()
        command = [sys.executable, "-c", SCRIPT, kind, str(folder)]
        subprocess.run(command, check=True, env=environment)
        digests.add(hashlib.sha256((folder / "tokenizer.json").read_bytes()).hexdigest())
    assert len(digests) == 1


def test_special_tokens_come_first_and_the_bound_is_kept(trained, kind):
    layout = BERT_SPECIALS if kind == "wordpiece" else ROBERTA_LAYOUT
    assert [trained.token(i) for i in range(5)] == list(layout)
    assert trained.vocab_size <= 500


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("lower_case", [True, False])
def test_case_is_kept_unless_told_otherwise(kind, lower_case):
    config = TokenizerConfig(model=kind, vocab_size=300, min_frequency=1, lower_case=lower_case)
    tokenizer = train_tokenizer_on(lambda: ["Oslo oslo OSLO " * 3], config)
    assert (
        tokenizer.encode("Oslo").ids.tolist() == tokenizer.encode("oslo").ids.tolist()
    ) is lower_case


@pytest.mark.parametrize("kind", KINDS)
def test_texts_without_a_word_are_refused(kind):
    with pytest.raises(DataError, match="no word"):
        train_tokenizer_on(lambda: ["  \n ", "", "\0"], TokenizerConfig(model=kind))

"""Compiled or not, masks are the same; machine code is never older than its sources."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from mask_digest import mask_digest

from spanbert.compiled import HAS_COMPILER

ROOT = Path(__file__).parents[2]
needs_numba = pytest.mark.skipif(not HAS_COMPILER, reason="nothing is compiled without numba")


def python(*words, source=ROOT / "src", **environment):
    """What a fresh interpreter prints; a warning is an error, as of numbers that overflow."""
    settings = {k: v for k, v in os.environ.items() if not k.startswith("NUMBA")}
    settings |= {"PYTHONPATH": os.pathsep.join([str(source), str(ROOT / "tests")])} | environment
    command = [sys.executable, "-W", "error::RuntimeWarning", *map(str, words)]
    done = subprocess.run(command, env=settings, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


@pytest.mark.parametrize(
    ("words", "environment"), [(["no-numba"], {}), ([], {"NUMBA_DISABLE_JIT": "1"})]
)
def test_masks_are_the_same_without_a_compiler(artifacts, pair_shards, words, environment):
    script = ROOT / "tests" / "mask_digest.py"
    found = python(script, pair_shards, artifacts.tokenizer, *words, **environment)
    assert found == ["False", mask_digest(pair_shards, artifacts.tokenizer)]


@pytest.fixture
def source(tmp_path):
    """A copy of the package, whose files may be changed."""
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=ignored)
    return tmp_path / "src"


@needs_numba
def test_code_is_kept_and_made_anew_when_a_called_function_of_another_file_changes(source):
    script = """
import numpy as np
from spanbert.masking.philox import stream_of
from spanbert.masking.schemes.subword_tokens import mask_subword_tokens as mask
from spanbert.masking.spans import SchemeRules
masked = np.zeros(40, dtype=bool)
rules = SchemeRules(0, 0.1, np.zeros(0), 0.5)
mask(masked, np.zeros((0, 2), dtype=np.int64), rules, stream_of(1), masked)
print(masked.sum(), sum(mask.stats.cache_hits.values()))
"""
    assert python("-c", script, source=source) == ["4", "0"]
    assert python("-c", script, source=source) == ["4", "1"]
    called = source / "spanbert" / "masking" / "spans.py"
    called.write_text(called.read_text().replace("mask_rate * num_pieces)", "mask_rate * 10)"))
    assert python("-c", script, source=source) == ["1", "0"]


@needs_numba
def test_where_no_folder_can_be_written_code_is_made_for_each_process(source):
    (source / "spanbert" / "masking" / "__pycache__").write_text("not a folder")
    nowhere = str(source / "spanbert" / "cli.py")
    script = """
import numpy as np
from spanbert.masking.spans import find_runs, masked_runs
print(masked_runs(np.ones(3, dtype=bool)).sum(), find_runs.nopython_signatures != [],
    find_runs._cache.cache_path)
"""
    away = {"HOME": nowhere, "XDG_CACHE_HOME": nowhere}
    assert python("-c", script, source=source, **away) == ["3", "True", "None"]
    kept = {"XDG_CACHE_HOME": str(source / "cache")}
    *_, folder = python("-c", script, source=source, **kept)
    assert folder.startswith(str(source / "cache"))

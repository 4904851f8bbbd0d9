"""A digest of everything that masking makes of some shards; also as a script, without a compiler.

python mask_digest.py SHARDS TOKENIZER [no-numba]
"""

import hashlib
import sys
from pathlib import Path

import numpy as np

SCHEMES = ["subword-tokens", "whole-words", "named-entities", "noun-phrases", "geometric-spans"]


def mask_digest(shards_folder, tokenizer_folder):
    """Of all schemes, drawn by span and by token, on a few segments."""
    from spanbert.masking.config import MaskingConfig
    from spanbert.masking.segment import Masker
    from spanbert.objectives.config import ObjectiveConfig
    from spanbert.shards.reader import ShardReader
    from spanbert.tokenizer.subword import load_tokenizer

    shards, tokenizer = ShardReader(shards_folder), load_tokenizer(tokenizer_folder)
    digest = hashlib.sha256()
    for scheme in SCHEMES:
        for replacement in ("span", "token"):
            masking = MaskingConfig(scheme=scheme, replacement=replacement)
            masker = Masker(shards, tokenizer, masking, ObjectiveConfig(nsp=True), seed=9)
            found = masker.batch(np.arange(0, len(shards), 5), epoch=2)
            for name in found.__slots__[1:]:
                digest.update(getattr(found, name).astype(np.int64).tobytes())
    return digest.hexdigest()


class _NoNumba:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("numba", "llvmlite"):
            raise ImportError(name)


if __name__ == "__main__":
    if "no-numba" in sys.argv:
        sys.meta_path.insert(0, _NoNumba())
    from spanbert.compiled import HAS_COMPILER

    print(HAS_COMPILER, mask_digest(Path(sys.argv[1]), Path(sys.argv[2])))

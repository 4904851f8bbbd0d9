"""One block masked by the scheme of some settings."""

import numpy as np

from spanbert.masking.philox import stream_of
from spanbert.masking.schemes.table import SCHEMES, scheme_rules
from spanbert.rng import stream_key
from spanbert.shards.pieces import NO_SPANS


def masked_block(words, config, seed, annotated=NO_SPANS):
    """True where a piece is masked; the stream is that of the seed."""
    is_masked = np.zeros(len(words), dtype=bool)
    random = stream_of(stream_key(seed, "x"))
    SCHEMES[config.scheme](words, annotated.copy(), scheme_rules(config), random, is_masked)
    return is_masked

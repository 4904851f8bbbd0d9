"""One seed -> named, independent generators.

A stream is a pure function of (seed, names): the same for any worker, loader or restart. Nothing
here keeps state, and nothing draws from a global generator.
"""

import hashlib

import numpy as np


def stream_key(seed: int, *names: str | int) -> int:
    """A 128-bit key for the stream with this seed and these names."""
    label = "/".join([str(seed), *map(str, names)]).encode()
    return int.from_bytes(hashlib.blake2b(label, digest_size=16).digest(), "little")


def stream(seed: int, *names: str | int) -> np.random.Generator:
    """A NumPy generator for the stream with this seed and these names."""
    return np.random.Generator(np.random.Philox(key=stream_key(seed, *names)))


def torch_seed(seed: int, *names: str | int) -> int:
    """A 63-bit seed for `torch.manual_seed` or a `torch.Generator`, keyed likewise."""
    return stream_key(seed, *names) & (2**63 - 1)

"""Rows of numbers in a file, mapped from disk."""

from pathlib import Path

import numpy as np


def mapped_rows(path: Path, row: np.dtype) -> np.ndarray:
    """The file's rows as an array that is read from disk where it is looked at.

    Args:
        row: of one row; with a shape of its own where a row has several numbers.
    """
    if path.stat().st_size == 0:  # cannot be mapped
        return np.zeros((0, *row.shape), row.base)
    return np.asarray(np.memmap(path, row.base, mode="r")).reshape(-1, *row.shape)

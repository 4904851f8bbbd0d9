"""Keys of 24 bytes -> numbers, many at a time: a hash table with open addressing, in NumPy."""

import numpy as np

from spanbert.shapes import Bool, Int, UInt

UNKNOWN = -1
_MIXING = np.array(  # odd, random
    [0x9E3779B97F4A7C15, 0xC2B2AE3D27D4EB4F, 0x165667B19E3779F9], dtype=np.uint64
)
_SMALLEST_BITS = 12


class KeyRows:
    """A number for each key; at most half of the slots are taken."""

    def __init__(self) -> None:
        self._size = 0
        self._begin(_SMALLEST_BITS)

    def __len__(self) -> int:
        return self._size

    def find(self, keys: UInt[np.ndarray, "n 3"]) -> Int[np.ndarray, " n"]:
        """The number of each key, or `UNKNOWN`."""
        found = np.full(len(keys), UNKNOWN, dtype=np.int64)
        waiting, slots = np.arange(len(keys)), self._slots_of(keys)
        while len(waiting):
            rows = self._rows.take(slots)
            is_same = _are_equal(self._keys.take(slots, axis=0), keys.take(waiting, axis=0))
            is_same &= rows != UNKNOWN
            found[waiting[is_same]] = rows[is_same]
            goes_on = ~is_same & (rows != UNKNOWN)
            waiting, slots = waiting[goes_on], self._next(slots[goes_on])
        return found

    def add(self, keys: UInt[np.ndarray, "n 3"], rows: Int[np.ndarray, " n"]) -> None:
        """Give numbers, at least 0, to keys that have none; of equal keys the first counts."""
        most = self._size + len(keys)
        if 2 * most > len(self._rows):
            old_keys, old_rows = self._taken()
            self._begin(int(2 * most).bit_length() + 1)
            self._put(old_keys, old_rows)
        self._size += self._put(keys, rows)

    def _begin(self, bits: int) -> None:
        self._shift = np.uint64(64 - bits)
        self._keys = np.zeros((1 << bits, 3), dtype=np.uint64)
        self._rows = np.full(1 << bits, UNKNOWN, dtype=np.int64)

    def _taken(self) -> tuple[np.ndarray, np.ndarray]:
        is_taken = self._rows != UNKNOWN
        return self._keys[is_taken], self._rows[is_taken]

    def _put(self, keys: np.ndarray, rows: np.ndarray) -> int:
        """Take slots for the keys; returns how many."""
        slots, num_taken = self._slots_of(keys), 0
        while len(keys):
            _, first = np.unique(slots, return_index=True)  # one key for each slot
            first = first[self._rows[slots[first]] == UNKNOWN]
            self._keys[slots[first]], self._rows[slots[first]] = keys[first], rows[first]
            num_taken += len(first)
            waits = ~_are_equal(self._keys.take(slots, axis=0), keys)
            keys, rows, slots = keys[waits], rows[waits], self._next(slots[waits])
        return num_taken

    def _slots_of(self, keys: np.ndarray) -> np.ndarray:
        mixed = keys[:, 0] * _MIXING[0] + keys[:, 1] * _MIXING[1] + keys[:, 2] * _MIXING[2]
        mixed ^= mixed >> np.uint64(32)
        return ((mixed * _MIXING[1]) >> self._shift).astype(np.int64)

    def _next(self, slots: np.ndarray) -> np.ndarray:
        return (slots + 1) & (len(self._rows) - 1)


def first_places(keys: UInt[np.ndarray, "n 3"]) -> Int[np.ndarray, " n"]:
    """Where each key stands among them for the first time."""
    places = KeyRows()
    places.add(keys, np.arange(len(keys)))
    return places.find(keys)


def _are_equal(
    some: UInt[np.ndarray, "n 3"], others: UInt[np.ndarray, "n 3"]
) -> Bool[np.ndarray, " n"]:
    equal = (some[:, 0] == others[:, 0]) & (some[:, 1] == others[:, 1])
    return equal & (some[:, 2] == others[:, 2])

"""Inner loops -> machine code where numba is installed, else the same loops as plain Python.

Both give the same numbers, bit for bit. `NUMBA_DISABLE_JIT=1` asks for plain Python; it is slow.
"""

import ctypes
import hashlib
import inspect
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, TypeVar, no_type_check

import numpy as np

numba: Any = None
with suppress(ImportError):
    import numba

F = TypeVar("F", bound=Callable[..., Any])
HAS_COMPILER: bool = numba is not None and not numba.config.DISABLE_JIT
_PACKAGE = Path(__file__).parent
_FOLDERS = ("shards", "masking", "tasks/coref")  # with compiled functions
_LOW_64 = 2**64 - 1


def compiled(function: F) -> F:
    """The function as machine code, which lets other threads run; or as it is, without numba.

    The code is kept beside the sources, else in the user's cache folder, else not at all.
    """
    return _compiled(function, {})


def inlined(function: F) -> F:
    """The same, copied to where it is called: for the smallest functions of inner loops."""
    return _compiled(function, {"forceinline": True})


def _compiled(function: Any, options: dict[str, bool]) -> Any:
    plain = inspect.unwrap(function)  # checks of types that tests add are not compiled
    if not HAS_COMPILER:
        return plain
    try:
        made = numba.njit(nogil=True, cache=True, **options)(plain)
    except RuntimeError:  # no folder can be written
        return numba.njit(nogil=True, **options)(plain)
    # numba looks at the function's own file alone, and would go on with old code of what it calls
    made._cache._cache_file._source_stamp = _digest()
    return made


@cache
def _digest() -> str:
    """Of the sources of all compiled functions and of what they are given."""
    sources = [path for folder in _FOLDERS for path in sorted((_PACKAGE / folder).rglob("*.py"))]
    texts = [path.read_bytes() for path in (Path(__file__), *sources)]
    return hashlib.blake2b(b"\0".join(texts)).hexdigest()


def _wide_product(a: Any, b: Any) -> tuple[Any, Any]:
    """High and low 64 bits of the product of two numbers of 64 bits."""
    product = int(a) * int(b)
    return product >> 64, product & _LOW_64


def _array_at(address: Any, size: Any, like: np.ndarray) -> np.ndarray:
    """So many numbers in memory from this address on, of the type of `like`."""
    held: Any = (ctypes.c_char * (int(size) * like.itemsize)).from_address(int(address))
    return np.frombuffer(held, like.dtype)


@no_type_check
def _compiled_wide_product() -> Any:
    from llvmlite import ir

    word, wide = ir.IntType(64), ir.IntType(128)
    pair = numba.types.UniTuple(numba.uint64, 2)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        product = builder.mul(*(builder.zext(argument, wide) for argument in arguments))
        high = builder.lshr(product, ir.Constant(wide, 64))
        halves = [builder.trunc(half, word) for half in (high, product)]
        return context.make_tuple(builder, signature.return_type, halves)

    @numba.extending.intrinsic
    def wide_product(typing_context: Any, a: Any, b: Any) -> Any:
        return pair(numba.uint64, numba.uint64), generate

    return wide_product


@no_type_check
def _compiled_array_at() -> Any:
    from llvmlite import ir

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], ir.IntType(8).as_pointer())

    @numba.extending.intrinsic
    def pointer_to(typing_context: Any, address: Any) -> Any:
        return numba.types.voidptr(numba.uint64), generate

    @numba.njit(nogil=True)
    def array_at(address: Any, size: Any, like: Any) -> Any:
        return numba.carray(pointer_to(address), (size,), like.dtype)

    return array_at


wide_product: Callable[[Any, Any], tuple[Any, Any]] = _wide_product
array_at: Callable[[Any, Any, np.ndarray], np.ndarray] = _array_at
if HAS_COMPILER:
    wide_product, array_at = _compiled_wide_product(), _compiled_array_at()

"""Array types with their axes, for annotations.

The axis words are the same everywhere: batch seq tokens hidden heads head_dim vocab layers words
spans masked rows. jaxtyping checks them while tests run; the core works without it.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jaxtyping import Bool, Float, Int, Shaped, UInt
else:
    try:
        from jaxtyping import Bool, Float, Int, Shaped, UInt
    except ImportError:

        class _Unchecked:
            """Stands for a jaxtyping type, `Float[Tensor, "a"]`, where jaxtyping is absent."""

            def __class_getitem__(cls, item: tuple[type, str]) -> type:
                return item[0]

        Bool = Float = Int = Shaped = UInt = _Unchecked

__all__ = ["Bool", "Float", "Int", "Shaped", "UInt"]

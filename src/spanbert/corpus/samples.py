"""The beginnings of a few texts that were dropped, for a person who asks to see them."""

_CHARACTERS = 300


class Samples:
    """Keeps the first texts of each reason.

    Args:
        limit: of texts by reason; 0: nothing is kept, as corpora may be private.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self.texts: dict[str, list[str]] = {}

    def add(self, reason: str, text: str) -> None:
        """Keep the beginning of a text while there is room."""
        if self._limit and len(kept := self.texts.setdefault(reason, [])) < self._limit:
            kept.append(text[:_CHARACTERS])

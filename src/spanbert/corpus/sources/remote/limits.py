"""What ends the reading of a remote file: it is too large, or no longer the same."""

from spanbert.corpus.config import CorpusConfig
from spanbert.errors import IntegrityError


def refuse_size(size_bytes: int | None, url: str, config: CorpusConfig) -> None:
    """Refuse a file that is larger than allowed.

    Raises:
        IntegrityError: it is.
    """
    if size_bytes is not None and size_bytes > config.max_download_bytes:
        raise IntegrityError(
            f"it has more than {config.max_download_bytes} bytes",
            place=url,
            remedy="allow more with --set corpus.max_download_bytes=BYTES, or leave it out",
        )


def refuse_change(found: tuple[int | None, str], wanted: tuple[int | None, str], url: str) -> None:
    """Refuse another size or version than before.

    Raises:
        IntegrityError: it has changed.
    """
    if found != wanted:
        raise IntegrityError("it has changed while it was read", place=url, remedy="run again")

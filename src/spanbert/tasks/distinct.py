"""Files of one call -> a refusal where two of them are the same."""

from pathlib import Path

from spanbert.errors import ConfigError


def require_distinct(*paths: Path | None) -> None:
    """Refuse an output that would take the place of another file of the call.

    Raises:
        ConfigError: two of the files are the same.
    """
    seen: set[Path] = set()
    for path in filter(None, paths):
        if path.resolve() in seen:
            remedy = "give each file a name of its own"
            raise ConfigError("two of the files are the same", place=str(path), remedy=remedy)
        seen.add(path.resolve())

"""What a place for objects can do: one try each, failures told by the errors of `retry.py`."""

from typing import Protocol, runtime_checkable


@runtime_checkable
class Upload(Protocol):
    """An object that comes in parts and is there when the last one is."""

    def part(self, start: int, content: bytes) -> None:
        """Put `content` at byte `start`; parts come in order."""
        ...

    def finish(self) -> None:
        """Let the object appear."""
        ...

    def abort(self) -> None:
        """Free what is not finished, as well as it can be done now."""
        ...


@runtime_checkable
class Objects(Protocol):
    """Named byte strings; a key has "/" between its parts."""

    def sizes(self, prefix: str) -> dict[str, int]:
        """Bytes of each object at or below `prefix`, by key."""
        ...

    def size(self, key: str) -> int:
        """Bytes of an object."""
        ...

    def read(self, key: str, start: int, end: int) -> bytes:
        """Bytes [start, end) of an object, at least one."""
        ...

    def write(self, key: str, content: bytes) -> None:
        """Make or replace an object: a reader sees the old one or the new."""
        ...

    def remove(self, key: str) -> None:
        """Remove an object; nothing where it is not."""
        ...

    def begin(self, key: str) -> Upload:
        """Start an object that comes in parts."""
        ...

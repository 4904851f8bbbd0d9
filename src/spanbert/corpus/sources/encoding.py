"""Text that is in another encoding than UTF-8, told from its first bytes."""

from spanbert.corpus.sources.unreadable import Unreadable

BOM = b"\xef\xbb\xbf"
NUL_WINDOW_BYTES = 4096
# UTF-16 has a NUL in every second byte of Latin text, and one at every space and line end of other
# text; UTF-8 has none at all, but for a stray one.
MAX_NUL_FRACTION = 0.05

_OTHER_BOMS = (b"\xff\xfe", b"\xfe\xff", b"\x00\x00\xfe\xff")  # UTF-16 and 32, little and big end


def refuse_nul(head: bytes) -> None:
    """Refuse a text by its beginning.

    Raises:
        Unreadable: not_utf8: of the first 4 KiB more than 5 % are NUL.
    """
    window = head[:NUL_WINDOW_BYTES]
    if window.count(0) > MAX_NUL_FRACTION * len(window):
        raise Unreadable("not_utf8")


def refuse_other_encoding(head: bytes) -> None:
    """Refuse a whole file by its beginning.

    Raises:
        Unreadable: not_utf8: there is another encoding's byte order mark, or as `refuse_nul`.
    """
    if head.startswith(_OTHER_BOMS):
        raise Unreadable("not_utf8")
    refuse_nul(head)

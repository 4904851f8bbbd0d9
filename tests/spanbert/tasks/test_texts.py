"""A user's text is read block by block, as it stands there."""

import pytest

from spanbert.errors import DataError
from spanbert.tasks.texts import blocks_at, read_blocks


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_file_is_read_block_by_block(tmp_path, mark):
    text = "Zoë\r\n🙂" * 9000
    path = tmp_path / "text.txt"
    path.write_bytes(mark + text.encode())
    blocks = list(read_blocks(path, "here"))
    assert len(blocks) > 1
    assert "".join(blocks) == text
    with path.open("rb") as handle:
        assert "".join(read_blocks(handle.fileno(), "here")) == text
        handle.seek(0)  # it is still open


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"Zo\xff", "not UTF-8"), (b" \n ", "no text"), (b"", "no text"), (None, "cannot read it")],
)
def test_a_file_that_cannot_be_read_is_named(tmp_path, content, cause):
    path = tmp_path / "text.txt"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(DataError, match=f"here: {cause}"):
        list(read_blocks(path, "here"))
    if content is not None:
        with pytest.raises(DataError, match=f"text.txt: {cause}"):
            list(blocks_at(path))

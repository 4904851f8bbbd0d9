"""WikiExtractor's output is read as it writes it."""

import random

import pytest
from corpus_records import PACK, json_lines, read, rejections, texts

from spanbert.corpus.records import Record
from spanbert.corpus.sources import lines

PAGES = """<doc id="12" url="https://wiki.test?curid=12" title="A &amp; B">
A &amp; B

One &lt;tag&gt; &amp;lt; here & there.
Two.
</doc>
<doc id="13" url="" title="C">
C
</doc>
"""
FIRST = "A & B\n\nOne <tag> &lt; here & there.\nTwo."


@pytest.mark.parametrize("packing", ["", *PACK])
def test_pages_are_documents_with_their_ids(write, packing):
    content = PACK[packing](PAGES.encode()) if packing else PAGES
    path = write(f"AA/wiki_00{packing}", content)
    name = f"AA/{path.name}"
    assert read(path.parent.parent) == [
        Record(FIRST, "12", name, "", str(path)),
        Record("C", "13", name, "", str(path)),
    ]


@pytest.mark.parametrize("packing", PACK)
def test_pages_are_told_whatever_comes_out_of_the_first_bytes(write, packing):
    """Of a large file some decompressors give nothing at first."""
    noise = random.Random(1).choices("abcdefghij\n", k=1_000_000)
    path = write(f"wiki_00{packing}", PACK[packing](f'<doc id="1">\n{"".join(noise)}'.encode()))
    assert [record.id for record in read(path)] == ["1"]


def test_pages_are_told_by_other_quotes_too(write):
    assert [r.id for r in read(write("wiki_00", "<doc id='1' url=''>\na\n</doc>"))] == ["1"]


@pytest.mark.parametrize("opening", ["{", "{ ", "{\t"])
def test_its_json_is_told_from_its_pages(write, opening):
    content = json_lines({"id": "7", "url": "", "title": "A", "text": "A & B"})
    path = write("wiki_00", content.replace("{", opening))
    assert read(path) == [Record("A & B", "7", "wiki_00", "", str(path))]


@pytest.mark.parametrize("piece_bytes", range(11, 30))
def test_an_entity_that_pieces_share_is_one(write, monkeypatch, piece_bytes):
    monkeypatch.setattr(lines, "MAX_PIECE_BYTES", piece_bytes)
    text = "a&amp;lt;b&lt;&gt;c&quot;&#39;&#x27;d&amp;&e&" * 3
    expected = "a&lt;b<>c\"''d&&e&" * 3
    assert texts(read(write("wiki_00", f'<doc id="1"\n{text}\n</doc>\n'))) == [expected]


def test_empty_and_unclosed_pages_are_counted(write):
    found = read(write("wiki_00", '<doc id="1">\n</doc>\n<doc id="2">\n<doc id="3">\nc\n'))
    assert [(r.id, r.text) for r in found] == [("1", ""), ("2", ""), ("3", "c\n")]


def test_what_is_outside_of_pages_is_rejected(write):
    found = read(write("wiki_00", '<doc id="1">\na\n</doc>\n\nlost\nlost\n<doc id="2">\nb\n</doc>'))
    assert texts(found) == ["a", "b"]
    assert rejections(found) == [(23, "not_a_document")]


def test_a_bad_byte_costs_its_page(write):
    content = b'<doc id="1">\na\xff\n</doc>\n<doc id="2">\nb\n</doc>'
    assert texts(read(write("wiki_00", content))) == ["b"]
    assert rejections(read(write("wiki_00", content))) == [(14, "undecodable")]

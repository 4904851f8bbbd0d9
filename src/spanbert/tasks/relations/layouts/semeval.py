"""SemEval-2010 task 8: a number and its sentence, the relation, a comment; then a blank line.

    1<TAB>"The <e1>child</e1> was wrapped into the <e2>cradle</e2>."
    Entity-Destination(e1,e2)
    Comment: as you like

e1 is the subject and e2 the object, whatever the direction of the relation. Where relations are to
be predicted there may be none, and no blank line between sentences.

Words are runs of letters, digits and underscores, also joined by - or ' (well-known, don't); any
other sign that is no white space is a word of its own; a tag ends a word.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import takewhile, zip_longest

from spanbert.tasks.relations.layouts.record import ENTITY, EntityWords, Record

_NUMBER = re.compile(rb"([0-9]+)\s+")
_MARKED = re.compile(_NUMBER.pattern + rb".*<e[12]>")
# what is no comment and has a tag is a sentence, if only a broken one
_BEGIN = re.compile(rb"[0-9]+(?:\t|\s+\"|$)|(?!comment).*</?e[12]>", re.IGNORECASE)
_COMMENT = re.compile(r"comments?\s*:", re.IGNORECASE)
_TAG = re.compile(r"(</?e[12]>)")
_WORD = re.compile(r"\w+(?:[-']\w+)*|[^\w\s]")

_Block = list[tuple[int, bytes | None]]  # number and content of each line


def is_sentence(line: bytes | None) -> bool:
    """Whether a line is a number and a sentence with an entity."""
    stripped = _stripped(line)
    return stripped is not None and _MARKED.match(stripped) is not None


def semeval_records(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[Record]:
    """The examples of a file, in order.

    Args:
        lines: number, from 1, and content of each, the blank ones too; None for one too long.
    """
    for place, block in enumerate(_blocks(lines)):
        yield _record(block, str(place))


def _blocks(lines: Iterable[tuple[int, bytes | None]]) -> Iterator[_Block]:
    block: _Block = []
    for number, content in lines:
        line = _stripped(content)
        if block and (line == b"" or (line and _BEGIN.match(line))):
            yield block
            block = []
        if line != b"":
            block.append((number, line))
    if block:
        yield block


def _stripped(line: bytes | None) -> bytes | None:
    return None if line is None else line.strip()


def _record(block: _Block, place_id: str) -> Record:
    line, first = block[0]
    found = _NUMBER.match(first or b"")
    example_id = found[1].decode() if found else place_id
    texts = _decoded(block)
    if texts is None:
        return Record(example_id, line, "a line of it is not UTF-8")
    if not found:
        return Record(example_id, line, "no number in front of its sentence")
    try:
        words, subject, object_ = _read_sentence(texts[0][found.end() :])
    except ValueError as error:
        return Record(example_id, line, str(error))
    # more than one line is no relation, which is for whoever needs it to say
    relation = "\n".join(takewhile(lambda text: not _COMMENT.match(text), texts[1:]))
    return Record(example_id, line, "", words, subject, object_, relation or None)


def _decoded(block: _Block) -> list[str] | None:
    """The lines as text; None where one is not."""
    contents = [content for _, content in block if content is not None]
    try:
        return [one.decode() for one in contents] if len(contents) == len(block) else None
    except UnicodeDecodeError:
        return None


def _read_sentence(sentence: str) -> tuple[tuple[str, ...], EntityWords, EntityWords]:
    """Words of a sentence with tags, maybe in quotes, and where its entities are.

    Raises:
        ValueError: a tag is missing or is there twice, or there is no word between two.
    """
    if len(sentence) > 1 and sentence[0] == sentence[-1] == '"':
        sentence = sentence[1:-1]
    words: list[str] = []
    places: dict[str, int] = {}  # words before each tag
    pieces = _TAG.split(sentence)  # every second is a tag
    for piece, tag in zip_longest(pieces[::2], pieces[1::2]):
        words += _WORD.findall(piece)
        if tag in places:
            raise ValueError(f"{tag} is there twice")
        if tag:
            places[tag] = len(words)
    return tuple(words), _entity("e1", places), _entity("e2", places)


def _entity(name: str, places: dict[str, int]) -> EntityWords:
    start, end = places.get(f"<{name}>"), places.get(f"</{name}>")
    if start is None or end is None:
        raise ValueError(f"<{name}> or </{name}> is missing")
    if end <= start:
        raise ValueError(f"there is no word between <{name}> and </{name}>")
    return EntityWords(start, end, ENTITY)

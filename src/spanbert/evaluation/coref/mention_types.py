"""The words of a mention -> pronoun, name or other, by a simple rule for English.

A pronoun is one word of a closed list. A name has a capital at the beginning of each of its words,
but for small ones between them and marks. So a noun that begins a sentence by itself passes for a
name, and a name that is written in small letters for a noun.
"""

from collections.abc import Sequence

TYPES = ("pronoun", "name", "other")
_PERSONAL = (
    "i me my mine myself we us our ours ourselves you your yours yourself yourselves he him his"
    " himself she her hers herself it its itself they them their theirs themselves themself"
)
_OTHERS = "one oneself this that these those who whom whose which what thou thee thy thine thyself"
_PRONOUNS = frozenset(f"{_PERSONAL} {_OTHERS}".split())
_BETWEEN = "a an the of and 's ’s in on for at to de la le du van von der den"
_SMALL = frozenset(_BETWEEN.split())


def mention_type(words: Sequence[str]) -> str:
    """One of `TYPES`."""
    if len(words) == 1 and words[0].lower() in _PRONOUNS:
        return "pronoun"
    large = [word for word in words if word[0].isalnum() and word.lower() not in _SMALL]
    return "name" if large and all(word[0].isupper() for word in large) else "other"

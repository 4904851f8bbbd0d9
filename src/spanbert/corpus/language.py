"""Text -> whether it is in one of the wanted languages, by py3langid.

Its model, which is data in the package and no pickle, names the likeliest of the 140 languages that
it knows; the wanted ones are not told to it, since it would find one of them in any text.
"""

import difflib
import functools
from collections.abc import Sequence
from typing import TYPE_CHECKING

from spanbert.corpus.optional import optional_import
from spanbert.errors import ConfigError

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

SAMPLE_CHARACTERS = 1000  # from the beginning of a text; a millisecond's work


class LanguageFilter:
    """Tells by the beginning of a text whether its language is wanted.

    The same text always gets the same answer. The model takes 100 MB, once in a process.

    Args:
        languages: ISO 639-1 codes, at least one.

    Raises:
        ConfigError: a language is unknown to the model.
        DependencyError: py3langid is not installed.
    """

    def __init__(self, languages: Sequence[str]) -> None:
        self._identifier = _identifier()
        for language in languages:
            _require_known(language, self._identifier.labels)
        self._wanted = frozenset(languages)

    def accepts(self, text: str) -> bool:
        """Whether the text begins in a wanted language."""
        return self.language_of(text) in self._wanted

    def language_of(self, text: str) -> str:
        """The language's code; "zxx" for text without any, and never "" for lack of certainty."""
        return self._identifier.classify(text[:SAMPLE_CHARACTERS])[0]


@functools.cache
def _identifier() -> "LanguageIdentifier":
    langid = optional_import("py3langid.langid", "languages")
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE)


def _require_known(language: str, known: Sequence[str]) -> None:
    if language in known:
        return
    begins_alike = [code for code in known if code[:2] == language[:2].lower()]
    alike = difflib.get_close_matches(language.lower(), begins_alike, n=1, cutoff=0)
    example = alike[0] if alike else "en"
    raise ConfigError(
        f"corpus.languages: {language!r} is no language that can be told from others",
        remedy=f"use its ISO 639-1 code, such as {example!r}",
    )

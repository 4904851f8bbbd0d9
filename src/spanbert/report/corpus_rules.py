"""What each rule of the corpus stage does, in a sentence with its setting."""

from collections.abc import Mapping
from typing import Any

from spanbert.report.summary import fixed

_DROPS = {
    "empty": "Nothing was left after cleaning.",
    "too_short": "Fewer than {min_characters} characters were left after cleaning.",
    "too_long": "More than {max_characters} characters were left after cleaning.",
    "few_letters": "Letters were less than the fraction {min_letter_fraction} of what is not white"
    " space.",
    "many_digits": "Digits were more than the fraction {max_digit_fraction} of what is not white"
    " space.",
    "other_language": "It was taken for text in another language than {languages}.",
    "duplicate": "The same text came before.",
    "near_duplicate": "A similar document came before: their sets of five words in a row have an"
    " estimated Jaccard similarity of at least {near_duplicate_similarity}.",
    "contaminated": "It has {contamination_words} words in a row in common with a text of an"
    " evaluation set, or all words of a shorter text.",
}

_CLEANING = {
    "line_breaks": "Every kind of line break becomes a line feed.",
    "invisible": "Control characters, zero-width characters, marks of direction and the like go.",
    "spaces": "A run of spaces and tabs becomes one space.",
    "marks": "Of a run of combining marks the first 30 stay.",
    "composed": "Letters with marks are put into Unicode's composed form (NFC). Below 0: a few"
    " get longer.",
    "blank_lines": "Empty lines, and spaces at the ends of lines, go.",
    "boilerplate": "Lines that the setting corpus.boilerplate names go.",
}

_QUARANTINE = {
    "undecodable": "It is not UTF-8.",
    "not_utf8": "The file has another encoding than UTF-8.",
    "not_json": "The line is not JSON.",
    "not_an_object": "The line is JSON, but no object.",
    "not_csv": "The row is not CSV, or has more or fewer cells than the header.",
    "not_a_document": "There is text outside of any document of the extracted wiki.",
    "duplicate_key": "The object has one key twice, or the table one column.",
    "too_deep": "The object is nested too deeply.",
    "no_text": "The field {text_key} is missing.",
    "not_a_string": "The field {text_key} is no string.",
    "too_long": "The record is too long to be held in memory.",
    "truncated_file": "The file ends too early; what is before is used.",
    "corrupt_file": "The file, or a part of it, is damaged; what can be read is used.",
    "encrypted": "The file in the archive is encrypted.",
    "nested_archive": "The file in the archive is an archive itself.",
    "unknown_format": "The file in the archive has a format that is not read.",
    "too_many_members": "The archive has too many files.",
}


def drop_rule(reason: str, config: Mapping[str, Any]) -> str:
    """Why records were dropped; a dash where the reason is not known here."""
    return _told(_DROPS, reason, config)


def cleaning_rule(rule: str, config: Mapping[str, Any]) -> str:
    """What a rule of cleaning takes away; a dash where it is not known here."""
    return _told(_CLEANING, rule, config)


def quarantine_rule(reason: str, config: Mapping[str, Any]) -> str:
    """Why records could not be read; a dash where the reason is not known here."""
    return _told(_QUARANTINE, reason, config)


def _told(sentences: Mapping[str, str], name: str, config: Mapping[str, Any]) -> str:
    return sentences.get(name, "–").format_map(_Settings(config))


class _Settings(dict[str, Any]):
    """Settings worded for a sentence; one that is not recorded is told by its name."""

    def __getitem__(self, name: str) -> str:
        return setting(self.get(name, f"corpus.{name}"))


def setting(value: Any) -> str:
    """A setting's value as a person would write it."""
    if isinstance(value, bool | str):
        return str(value)
    if isinstance(value, int):
        return fixed(value, 0)
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)

"""Languages are told apart, the same way each time, and unknown ones are refused."""

import sys

import pytest

from spanbert.corpus import language
from spanbert.corpus.language import LanguageFilter
from spanbert.errors import ConfigError, DependencyError

pytest.importorskip("py3langid")

# article 1 of the Universal Declaration of Human Rights
TEXTS = {
    "en": "All human beings are born free and equal in dignity and rights. They are endowed with"
    " reason and conscience and should act towards one another in a spirit of brotherhood.",
    "de": "Alle Menschen sind frei und gleich an Würde und Rechten geboren. Sie sind mit Vernunft"
    " und Gewissen begabt und sollen einander im Geist der Brüderlichkeit begegnen.",
    "fr": "Tous les êtres humains naissent libres et égaux en dignité et en droits. Ils sont doués"
    " de raison et de conscience et doivent agir les uns envers les autres dans un esprit de"
    " fraternité.",
    "es": "Todos los seres humanos nacen libres e iguales en dignidad y derechos y, dotados como"
    " están de razón y conciencia, deben comportarse fraternalmente los unos con los otros.",
    "it": "Tutti gli esseri umani nascono liberi ed eguali in dignità e diritti. Essi sono dotati"
    " di ragione e di coscienza e devono agire gli uni verso gli altri in spirito di fratellanza.",
    "pt": "Todos os seres humanos nascem livres e iguais em dignidade e em direitos. Dotados de"
    " razão e de consciência, devem agir uns para com os outros em espírito de fraternidade.",
    "nl": "Alle mensen worden vrij en gelijk in waardigheid en rechten geboren. Zij zijn begiftigd"
    " met verstand en geweten, en behoren zich jegens elkander in een geest van broederschap te"
    " gedragen.",
    "ru": "Все люди рождаются свободными и равными в своем достоинстве и правах. Они наделены"
    " разумом и совестью и должны поступать в отношении друг друга в духе братства.",
    "zh": "人人生而自由,在尊严和权利上一律平等。他们赋有理性和良心,并应以兄弟关系的精神相对待。",
}


@pytest.mark.parametrize("code", TEXTS)
def test_a_text_is_accepted_where_its_language_is_wanted(code):
    assert LanguageFilter([code]).language_of(TEXTS[code]) == code
    assert LanguageFilter(["ja", code]).accepts(TEXTS[code])
    assert not LanguageFilter([other for other in TEXTS if other != code]).accepts(TEXTS[code])


def test_wanted_languages_are_not_found_in_a_text_of_none_of_them():
    assert not LanguageFilter(["en"]).accepts(TEXTS["zh"])


def test_a_text_without_language_is_in_none():
    languages = LanguageFilter(["en", "de"])
    assert not languages.accepts("1907 1908 " * 100)
    assert not languages.accepts("")


def test_the_beginning_decides():
    text = TEXTS["en"] * 10 + TEXTS["de"] * 100
    assert LanguageFilter(["en"]).accepts(text)
    assert not LanguageFilter(["de"]).accepts(text)


@pytest.mark.parametrize(
    ("wrong", "nearest"),
    [("EN", "en"), ("deu", "de"), ("en-US", "en"), ("fra", "fr"), ("xx", "en"), ("", "en")],
)
def test_an_unknown_language_is_refused_with_the_nearest(wrong, nearest):
    with pytest.raises(ConfigError, match=f"corpus.languages: '{wrong}' .* such as '{nearest}'"):
        LanguageFilter(["es", wrong])


def test_a_missing_package_says_what_to_install(monkeypatch):
    language._identifier.cache_clear()
    monkeypatch.setitem(sys.modules, "py3langid.langid", None)
    with pytest.raises(DependencyError, match=r"py3langid .* pip install 'spanbert\[languages\]'"):
        LanguageFilter(["en"])


def test_nothing_is_unpickled(monkeypatch):
    def refuse(*args, **options):
        raise AssertionError("unpickled")

    for name in ("load", "loads", "Unpickler"):
        monkeypatch.setattr(f"pickle.{name}", refuse)
    language._identifier.cache_clear()
    assert LanguageFilter(["en"]).accepts(TEXTS["en"])

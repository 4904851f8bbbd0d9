"""Tables of TOML files become dataclasses, or are refused with the place."""

import re
import tomllib
from dataclasses import dataclass

import pytest

from spanbert.errors import ConfigError
from spanbert.tables import read_table


@dataclass(frozen=True)
class Part:
    name: str
    share: float | None = None


@dataclass(frozen=True)
class Whole:
    title: str
    parts: tuple[Part, ...] = ()


def read(text):
    return read_table(Whole, tomllib.loads(text), "")


def test_lists_of_tables_and_absent_numbers_are_read():
    text = 'title = "a"\nparts = [{ name = "b", share = 1 }, { name = "c" }]'
    assert read(text) == Whole("a", (Part("b", 1.0), Part("c")))


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "title is missing"),
        ('title = "a"\nparts = [{ name = "b" }, { share = 1 }]', r"parts\[1\]\.name is missing"),
        ('title = "a"\nparts = [{ name = "b", share = "c" }]', r"parts\[0\]\.share = 'c' must be"),
        ('title = "a"\nparts = [3]', r"parts\[0\] must be a table"),
        ('title = "a"\npart = []', "unknown key part -> did you mean parts"),
    ],
)
def test_what_is_not_accepted_is_told_with_its_place(text, told):
    with pytest.raises(ConfigError) as refused:
        read(text)
    assert re.search(told, str(refused.value))

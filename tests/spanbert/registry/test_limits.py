"""Limits of a request: defaults, what they are set to, and what they refuse."""

import json
import re
from dataclasses import asdict, fields
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanbert.errors import ConfigError, DataError
from spanbert.registry.limits import Limits
from spanbert.registry.rows import texts_of

PAGE = Path(__file__).parents[3] / "docs" / "serving.md"
COLUMNS = ("question", "context")


def test_without_settings_the_defaults_hold():
    assert Limits.of(None) == Limits.of({}) == Limits() == Limits.of(asdict(Limits()))
    assert Limits.of({"max_rows": 3, "timeout_s": 2}) == Limits(max_rows=3, timeout_s=2.0)


def test_the_page_about_serving_states_the_defaults():
    stated = re.findall(r"^\| `(\w+)` \| ([\d.]+) \|", PAGE.read_text(), re.MULTILINE)
    assert {name: json.loads(value) for name, value in stated} == asdict(Limits())
    (setting,) = re.findall(r"_CONFIG='(.*)'", PAGE.read_text())
    assert Limits.of(json.loads(setting)) == Limits(max_rows=8, timeout_s=10.0)


@pytest.mark.parametrize("value", [0, -1, float("nan"), "many", None, True, [1]])
@pytest.mark.parametrize("name", [field.name for field in fields(Limits)])
def test_a_limit_is_a_positive_number(name, value):
    with pytest.raises(ConfigError, match=f"{name} = .* is not a positive "):
        Limits.of({name: value})


def test_a_count_is_a_whole_number():
    with pytest.raises(ConfigError, match=r"max_rows = 2.5 is not a positive int"):
        Limits.of({"max_rows": 2.5})


def test_an_unknown_limit_is_refused():
    with pytest.raises(ConfigError, match="no limit is called max_lines"):
        Limits.of({"max_lines": 3})


@given(st.lists(st.tuples(st.text(max_size=9), st.text(max_size=9)), max_size=5))
def test_a_frame_and_a_list_give_the_same_texts(pairs):
    rows = [dict(zip(COLUMNS, pair, strict=True)) | {"id": 1} for pair in pairs]
    assert texts_of(rows, COLUMNS, Limits()) == pairs
    assert texts_of(pd.DataFrame(rows, columns=COLUMNS), COLUMNS, Limits()) == pairs


@given(
    st.lists(st.tuples(st.text(max_size=6), st.text(max_size=6)), max_size=6),
    st.integers(1, 6),
    st.integers(1, 6),
    st.integers(1, 40),
)
def test_what_passes_a_limit_is_refused_and_nothing_else(pairs, rows, text, request):
    limits = Limits(max_rows=rows, max_text_characters=text, max_request_characters=request)
    lengths = [len(one) for pair in pairs for one in pair]
    fits = len(pairs) <= rows and max(lengths, default=0) <= text and sum(lengths) <= request
    given_rows = [dict(zip(COLUMNS, pair, strict=True)) for pair in pairs]
    if fits:
        assert texts_of(given_rows, COLUMNS, limits) == pairs
    else:
        with pytest.raises(DataError, match="but max_"):
            texts_of(given_rows, COLUMNS, limits)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        ([{"question": "canary"}], "input lacks context"),
        ([{"question": "canary", "context": None}], "context of row 0: not a text"),
        ([{"question": 7, "context": "canary"}], "question of row 0: not a text"),
        ([{"question": "canary", "context": "\ud800"}], "context of row 0: not a text that UTF-8"),
        (["canary"], "input is not rows -> pass rows of question and context"),
        ({"question": "canary", "context": "canary"}, "input is not rows"),
        ([{"question": "a", "context": "canary" * 9}], "context of row 0: 54 characters, but max_"),
    ],
)
def test_a_refusal_says_where_and_not_what(rows, told):
    with pytest.raises(DataError) as refused:
        texts_of(rows, COLUMNS, Limits(max_text_characters=50))
    assert str(refused.value).startswith(told)
    assert "canary" not in str(refused.value)

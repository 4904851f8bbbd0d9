"""Datasets by their names."""

import sys
import types

import pytest
from corpus_records import read

from spanbert.corpus.records import Record, Rejected
from spanbert.errors import ConfigError, DependencyError


def fake_datasets(monkeypatch, load):
    module = types.ModuleType("datasets")
    module.load_dataset = load
    monkeypatch.setitem(sys.modules, "datasets", module)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("hf:name", ("name", None, "train")),
        ("hf:owner/name", ("owner/name", None, "train")),
        ("hf:owner/name@20220301.en", ("owner/name", "20220301.en", "train")),
        ("hf:owner/name:test", ("owner/name", None, "test")),
        ("hf:owner/name@conf:test", ("owner/name", "conf", "test")),
    ],
)
def test_a_dataset_is_streamed_by_name_config_and_split(monkeypatch, entry, expected):
    calls = []

    def load(name, config, *, split, streaming):
        calls.append((name, config, split))
        assert streaming
        return [{"text": "a", "id": "1"}, {"text": None}]

    fake_datasets(monkeypatch, load)
    assert read(entry) == [
        Record("a", "1", entry, "", f"{entry} row 1"),
        Rejected(entry, None, "no_text", row=2),
    ]
    assert calls == [expected]


@pytest.mark.parametrize("entry", ["hf:", "hf:@c", "hf:a@", "hf:a:", "hf:a:train[:1%]", "hf:a b"])
def test_a_malformed_dataset_name_is_refused(entry):
    with pytest.raises(ConfigError, match="hf:NAME"):
        read(entry)


def test_a_dataset_out_of_reach_is_one_line_with_the_code_for_a_retry(monkeypatch):
    def load(*args, **options):
        raise ConnectionError("cannot\nreach it")

    fake_datasets(monkeypatch, load)
    with pytest.raises(DependencyError, match=r"^hf:owner/name: .*cannot reach it.* -> ") as caught:
        read("hf:owner/name")
    assert caught.value.exit_code == 69


@pytest.mark.parametrize(
    ("module", "source"),
    [("datasets", "hf:a"), ("pyarrow", "a.parquet"), ("zstandard", "a.txt.zst")],
)
def test_a_missing_package_says_what_to_install(write, monkeypatch, module, source):
    path = source if source.startswith("hf:") else write(source, "text")
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(DependencyError, match=rf"{module} is not installed -> pip install"):
        read(path)

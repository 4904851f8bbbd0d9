"""The steps that make documents and shards, without a pipeline."""

from types import SimpleNamespace

import tiny

from components.build_shards import build_shards
from components.prepare_corpus import prepare_corpus
from spanbert.config import to_toml
from spanbert.storage import verify
from spanbert.tokenizer.artifact import build_tokenizer


def artifact(path):
    return SimpleNamespace(path=str(path))


def test_text_becomes_documents_and_these_become_shards_each_with_those_held_out(tmp_path):
    tiny.write_corpus(tmp_path)
    tiny.write_questions(tmp_path)
    config = tiny.config(tmp_path)
    common = {"config_toml": to_toml(config), "run_folder": str(tmp_path / "run")}
    names = ("documents", "held_out", "tokenizer", "shards", "held_out_shards")
    folders = {name: tmp_path / name for name in names}
    made = {name: artifact(folder) for name, folder in folders.items()}
    text = {name: made[name] for name in ("documents", "held_out")}
    kept = prepare_corpus.python_func(**common, sources_digest="1", code_digest="2", **text)
    build_tokenizer(folders["documents"], folders["tokenizer"], config.tokenizer)
    tokens = build_shards.python_func(**common, **made)
    assert kept == verify(folders["documents"], "documents").counts["kept"]
    assert tokens == verify(folders["shards"], "shards").counts["tokens"]
    for name in ("shards", "held_out_shards"):
        source = folders["documents" if name == "shards" else "held_out"]
        inputs = verify(folders[name], "shards").inputs
        assert inputs["documents"] == verify(source, "documents").digest

"""A tokenizer is trained on the documents, or taken as it is."""

from dataclasses import replace

from spanbert.storage import read_manifest
from spanbert.tokenizer.artifact import build_tokenizer


def test_a_trained_tokenizer_names_its_documents(artifacts):
    manifest = read_manifest(artifacts.tokenizer, "tokenizer")
    documents = read_manifest(artifacts.documents, "documents")
    assert manifest.inputs == {"documents": documents.digest}


def test_an_existing_tokenizer_is_taken_over_unchanged(artifacts, tmp_path):
    config = replace(artifacts.config.tokenizer, path=str(artifacts.tokenizer))
    build_tokenizer(artifacts.documents, tmp_path / "taken", config)
    before, after = (
        read_manifest(f, "tokenizer") for f in (artifacts.tokenizer, tmp_path / "taken")
    )
    assert after.files == before.files
    assert after.inputs == {}

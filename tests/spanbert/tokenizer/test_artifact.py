"""A tokenizer is trained on the documents, or taken as it is."""

from dataclasses import replace

from spanbert.corpus.documents import read_documents
from spanbert.storage import read_manifest
from spanbert.tokenizer.artifact import build_tokenizer, said_of
from spanbert.tokenizer.sample import sample_texts
from spanbert.tokenizer.training.table import train_tokenizer_on


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


def test_the_manifest_says_what_was_learnt_from(artifacts, tmp_path):
    counts = read_manifest(artifacts.tokenizer, "tokenizer").counts
    assert counts["sample_documents"] == counts["of_documents"]
    assert counts["share"] == 1
    config = replace(artifacts.config.tokenizer, sample_characters=3_000)
    build_tokenizer(artifacts.documents, tmp_path / "few", config)
    counts = read_manifest(tmp_path / "few", "tokenizer").counts
    assert 0 < counts["sample_documents"] < counts["of_documents"]
    assert 3_000 <= counts["sample_characters"] < counts["of_characters"]
    assert f"{counts['sample_documents']} of {counts['of_documents']} documents" in said_of(counts)


def test_text_outside_the_sample_is_not_learnt_from(artifacts, tmp_path):
    config = replace(artifacts.config.tokenizer, sample_characters=3_000)
    built = build_tokenizer(artifacts.documents, tmp_path / "few", config)
    sample, read_texts = sample_texts(artifacts.documents, 3_000)
    assert train_tokenizer_on(lambda: list(read_texts()), config).digest == built.digest
    assert sample.documents < len(list(read_documents(artifacts.documents)))

"""`spanbert corpus report`: a page and some lines, beside `spanbert corpus` itself."""

import pytest
import tiny
from corpus_example import config_of, counts_of

from spanbert.cli import main
from spanbert.corpus.documents import write_documents
from spanbert.report.corpus_fit import corpus_fit
from spanbert.storage import publish
from spanbert.tokenizer.artifact import build_tokenizer
from spanbert.training.start import tokenizer_settings


@pytest.fixture
def documents(tmp_path):
    with publish(tmp_path / "documents", "documents", config=config_of()) as draft:
        draft.counts |= counts_of()
    return tmp_path / "documents"


def test_the_page_is_written_and_the_lines_are_printed(documents, tmp_path, capsys):
    page = tmp_path / "out" / "corpus.html"
    assert main(["corpus", "report", "--documents", str(documents), "--output", str(page)]) == 0
    printed = capsys.readouterr().out
    assert printed.startswith("Records read")
    assert f"Page: {page}\n" in printed
    assert "84,213 documents to train on" in page.read_text(encoding="utf-8")


def test_a_folder_that_is_no_tokenizer_is_told_in_one_line(documents, tmp_path, capsys):
    words = [
        "--documents",
        str(documents),
        "--tokenizer",
        "nowhere",
        "--output",
        str(tmp_path / "a"),
    ]
    assert main(["corpus", "report", *words]) == 4
    assert capsys.readouterr().err.count("\n") == 1


def test_damaged_documents_are_not_vouched_for(documents, tmp_path, capsys):
    with publish(documents, "documents", config=config_of()) as draft:
        draft.counts |= counts_of()
        (draft.folder / "documents-00000.jsonl.zst").write_bytes(b"text")
    (documents / "documents-00000.jsonl.zst").write_bytes(b"tent")
    page = tmp_path / "corpus.html"
    assert main(["corpus", "report", "--documents", str(documents), "--output", str(page)]) == 5
    assert "documents-00000.jsonl.zst" in capsys.readouterr().err
    assert not page.exists()


def test_options_of_the_other_verb_are_refused(documents, tmp_path, capsys):
    words = ["--documents", str(documents), "--output", str(tmp_path / "o"), "--config", "c.toml"]
    with pytest.raises(SystemExit) as ended:
        main(["corpus", "report", *words])
    assert ended.value.code == 2
    assert "--config" in capsys.readouterr().err


def test_the_fit_of_a_vocabulary_is_on_the_page(tmp_path, capsys):
    tiny.write_corpus(tmp_path)
    config = tiny.config(tmp_path)
    write_documents(tmp_path / "d", tmp_path / "h", config.corpus)
    built = build_tokenizer(tmp_path / "d", tmp_path / "vocab", tokenizer_settings(config))
    page = tmp_path / "corpus.html"
    words = ["--documents", tmp_path / "d", "--tokenizer", tmp_path / "vocab", "--output", page]
    assert main(["corpus", "report", *map(str, words)]) == 0
    assert "Vocabulary: " in capsys.readouterr().out
    fit = corpus_fit(tmp_path / "d", tmp_path / "vocab")
    assert fit["vocab_size"] == built.vocab_size
    assert f"{fit['words']:,} words" in page.read_text(encoding="utf-8")

"""The files of a finished run: its report, and the corpus page beside it."""

import pytest
from corpus_example import config_of, counts_of
from hostile import Page
from run_example import results_of

from spanbert.report.results import read_results, write_corpus_page, write_report, write_results
from spanbert.storage import publish


@pytest.fixture
def documents(tmp_path):
    with publish(tmp_path / "documents", "documents", config=config_of()) as draft:
        draft.counts |= counts_of()
    return tmp_path / "documents"


def links_in(path):
    page = Page(path.read_text(encoding="utf-8"))
    return [attributes["href"] for tag, attributes in page.elements if tag == "a"]


def test_the_report_links_to_the_corpus_page_beside_it(documents, tmp_path):
    folder = tmp_path / "run"
    write_corpus_page(documents, folder)
    write_results(results_of(), folder)
    (link,) = links_in(folder / "report.html")
    assert "84,213 documents to train on" in (folder / link).read_text(encoding="utf-8")


def test_a_report_by_itself_links_to_nothing(tmp_path):
    write_results(results_of(), tmp_path)
    assert links_in(tmp_path / "report.html") == []


def test_a_report_that_is_written_again_has_the_same_bytes(documents, tmp_path):
    write_corpus_page(documents, tmp_path)
    write_results(results_of(), tmp_path)
    before = (tmp_path / "report.html").read_bytes()
    write_report(read_results(tmp_path / "results.json"), tmp_path / "report.html")
    assert (tmp_path / "report.html").read_bytes() == before

"""The verb that shows what a corpus is: documents -> a page and a few lines."""

import argparse

from spanbert.verbs.verb import Verb, path_option


def _corpus_report(options: argparse.Namespace) -> None:
    from spanbert.report.corpus_facts import read_facts
    from spanbert.report.corpus_fit import corpus_fit
    from spanbert.report.corpus_page import render_corpus
    from spanbert.report.corpus_summary import corpus_summary
    from spanbert.storage import write_text_atomic

    facts = read_facts(options.documents)
    fit = corpus_fit(options.documents, options.tokenizer) if options.tokenizer else None
    write_text_atomic(options.output, render_corpus(facts, fit))
    print(corpus_summary(facts, fit, str(options.output)), end="")


VERBS = (
    Verb(
        "corpus report",
        _corpus_report,
        "what a corpus is, as one HTML page: sources, licences, lengths, drops, duplicates, fit",
        "--documents data/documents --tokenizer vocab --output corpus.html",
        paths=("--documents",),
        writes=("--output",),
        config="none",
        options={
            "--tokenizer": path_option("also show how well this vocabulary fits the documents"),
        },
    ),
)

"""A documents artifact -> one self-contained HTML page about the corpus.

This file says what is on the page; `corpus_tables.py` words the tables, `length_chart.py` computes
the drawing, `corpus.html.jinja` places them. Equal artifacts give equal bytes.
"""

from collections.abc import Mapping
from typing import Any

from spanbert.report.balance import character_balance, record_balance
from spanbert.report.corpus_facts import CorpusFacts
from spanbert.report.corpus_rules import setting
from spanbert.report.corpus_summary import corpus_sentence, fit_in_words
from spanbert.report.corpus_tables import (
    cleaning_table,
    contamination_table,
    drops_table,
    duplicates_table,
    licences_table,
    places_table,
    quarantine_table,
    settings_table,
    sources_table,
    unread_table,
)
from spanbert.report.length_chart import length_chart
from spanbert.report.rendering import KeyFigure, Table, pairs, plain, render_template
from spanbert.report.summary import count, fixed, part_of, rounded

CORPUS_PAGE = "corpus.html"  # beside the report of a run


def render_corpus(facts: CorpusFacts, fit: Mapping[str, Any] | None = None) -> str:
    """The page as HTML text; what an older version did not count is left out.

    Args:
        fit: of a vocabulary, as `corpus_fit` gives it.

    Raises:
        DependencyError: jinja2 is not installed.
    """
    return render_template("corpus.html.jinja", page_content(facts, fit))


def page_content(facts: CorpusFacts, fit: Mapping[str, Any] | None) -> dict[str, Any]:
    """What the template places, by name; None or nothing for what is left out."""
    counts = facts.counts
    characters = character_balance(counts)
    return {
        "title": "SpanBERT corpus report",
        "heading": "Corpus report",
        "subtitle": f"Documents artifact {facts.digest[:12]}, made by SpanBERT"
        f" {facts.package_version}",
        "verdict": corpus_sentence(counts),
        "key_figures": key_figures(counts, fit),
        "records": record_balance(counts).table(),
        "characters": characters.table() if characters else None,
        "later_parts": count(counts["later_parts"]) if counts.get("later_parts") else "",
        "sources": sources_table(counts),
        "licences": licences_table(counts),
        "lengths": length_chart(counts.get("lengths", {})),
        "mean_characters": _mean_characters(counts),
        "drops": drops_table(facts),
        "samples": {plain(reason): texts for reason, texts in facts.samples.items() if texts},
        "duplicates": duplicates_table(counts),
        "most_copies": count(counts["most_copies"]) if counts.get("most_copies") else "",
        "similarity": setting(facts.config.get("near_duplicate_similarity") or ""),
        **contamination_content(facts),
        "cleaning": cleaning_table(facts) if characters else None,
        "quarantine": quarantine_table(facts),
        "unread": unread_table(counts),
        "places": places_table(facts.places) if facts.places else None,
        "fit": fit_table(fit) if fit else None,
        "advice": fit_in_words(fit) if fit else "",
        "settings": settings_table(facts.config),
        "origin": origin_table(facts),
    }


def key_figures(counts: Mapping[str, Any], fit: Mapping[str, Any] | None) -> list[KeyFigure]:
    """The numbers a reader looks for first."""
    read = counts["records_in"]
    dropped, quarantined = sum(counts["dropped"].values()), sum(counts["quarantined"].values())
    figures = [
        KeyFigure("To train on", count(counts["kept"]), "documents"),
        KeyFigure("Held out", count(counts["held_out"]), "documents"),
        KeyFigure("Text", rounded(counts["characters"]), "characters"),
        KeyFigure("Mean length", _mean_characters(counts), "characters a document"),
        KeyFigure("Read", count(read), "records"),
        KeyFigure("Dropped by rules", part_of(dropped, read), "of records"),
        KeyFigure("Could not be read", part_of(quarantined, read), "of records"),
    ]
    if fit:
        per_word = fixed(fit["pieces_per_word"], 2)
        return [*figures, KeyFigure("Vocabulary fit", per_word, "pieces per word")]
    return [*figures, KeyFigure("Sources", count(len(counts["sources"])), "named")]


def contamination_content(facts: CorpusFacts) -> dict[str, Any]:
    """What of evaluation sets was found, and what was done about it."""
    found = facts.counts.get("contamination")
    dropped = facts.counts["dropped"].get("contaminated", 0)
    return {
        "contamination": None if found is None else contamination_table(found),
        "ngram_words": setting(facts.config.get("contamination_words") or ""),
        "contaminated": f"{count(dropped)} documents that hold one were dropped"
        if facts.config.get("contaminated") == "drop"
        else "documents that hold one were only counted, and kept",
    }


_FIT = {
    "vocab_size": ("Vocabulary", "{:,} entries"),
    "sample_documents": ("Sample", "{:,} documents"),
    "sample_characters": ("Sample", "{:,} characters"),
    "words": ("Words in the sample", "{:,} words"),
    "pieces": ("Pieces of these words", "{:,} pieces"),
    "pieces_per_word": ("Pieces per word", "{:.3f} pieces"),
    "whole_word_share": ("Words that are one piece", "{:.1%} of words"),
    "unknown_word_share": ("Words with an unknown piece", "{:.3%} of words"),
    "unknown_piece_share": ("Unknown pieces", "{:.3%} of pieces"),
    "frequent_words": ("Frequent words", "{:,} distinct words"),
    "frequent_split_share": ("Frequent words that are split", "{:.1%} of distinct words"),
    "new_pieces": ("Entries that extending would add", "{:,} entries"),
    "saved_share": ("Pieces that extending would save", "{:.1%} of pieces"),
}


def fit_table(fit: Mapping[str, Any]) -> Table:
    """How the vocabulary cuts the words of a sample; no word is shown."""
    rows = [(name, worded.format(fit[key])) for key, (name, worded) in _FIT.items() if key in fit]
    return Table("Vocabulary on a sample of the corpus", ("Figure", "Value"), rows, num_numeric=1)


def origin_table(facts: CorpusFacts) -> Table:
    """What the artifact is and what it was made from."""
    return pairs(
        "The artifact",
        ("Fact", "Value"),
        {
            "Digest of the documents (sha256)": facts.digest,
            **{f"Digest of {plain(role)} (sha256)": d for role, d in facts.inputs.items()},
            "Package version": facts.package_version,
            "Commit": facts.git_commit,
            "Files": f"{count(facts.num_files)} files",
            "Size on disk": f"{count(facts.size_bytes)} bytes",
        },
    )


def _mean_characters(counts: Mapping[str, Any]) -> str:
    documents = counts["kept"] + counts["held_out"]
    return count(counts["characters"] / documents) if documents else "–"

"""A corpus of realistic size, made up: what its manifest counts, and how a vocabulary fits it."""

from spanbert.report.corpus_facts import CorpusFacts

_SOURCES = {
    "enwiki-20240301": (51_340, 241_908_112, {"CC-BY-SA-4.0": 51_340}),
    "gutenberg": (1_904, 88_120_455, {"Public domain": 1_871, "": 33}),
    "pubmed-abstracts": (24_011, 31_402_770, {"CC-BY-4.0": 14_000, "CC0-1.0": 9_008, "": 1_003}),
    "court-opinions": (6_212, 22_507_391, {"Public domain": 6_212}),
    "forum-dump": (2_398, 4_412_001, {"": 2_398}),
    "newsletters/2019": (50, 61_616, {"Apache-2.0": 20, "MIT": 12, "CC0-1.0": 10, "GPL-3.0": 8}),
}


def counts_of():
    """As `asdict(CorpusReport)`; every sum holds."""
    return {
        "records_in": 96_381,
        "kept": 84_213,
        "held_out": 1_702,
        "dropped": {
            "contaminated": 41,
            "duplicate": 5_911,
            "empty": 212,
            "other_language": 604,
            "near_duplicate": 1_127,
            "too_short": 2_190,
        },
        "quarantined": {"not_json": 17, "undecodable": 364},
        "characters_in": 431_020_118,
        "characters": 388_412_345,
        "removed_characters": {
            "blank_lines": 1_904_511,
            "boilerplate": 88_010,
            "composed": -311,
            "invisible": 40_772,
            "line_breaks": 1_200_443,
            "spaces": 3_120_904,
        },
        "dropped_characters": {
            "contaminated": 301_556,
            "duplicate": 28_114_902,
            "other_language": 2_205_117,
            "near_duplicate": 5_312_860,
            "too_short": 319_009,
        },
        "later_parts": 12,
        "sources": {
            name: {"documents": documents, "characters": characters, "licences": licences}
            for name, (documents, characters, licences) in _SOURCES.items()
        },
        "lengths": {
            "128": 3_702,
            "256": 9_811,
            "512": 15_407,
            "1024": 19_994,
            "2048": 17_620,
            "4096": 11_050,
            "8192": 5_311,
            "16384": 1_920,
            "32768": 640,
            "65536": 307,
            "131072": 98,
            "262144": 31,
            "524288": 19,
            "1048576": 5,
        },
        "most_copies": 312,
        "contamination": {
            "squad-dev": _found(10_570, 118, 204, 1_204_331, 6_102, 33),
            "trivia-dev": _found(7_785, 2_012, 11, 88_004, 19, 8),
            "hotpot-dev": _found(5_901, 0, 0, 710_998, 0, 0),
        },
    }


def _found(texts, too_short, texts_found, ngrams, ngrams_found, documents):
    return {
        "texts": texts,
        "too_short": too_short,
        "texts_found": texts_found,
        "ngrams": ngrams,
        "ngrams_found": ngrams_found,
        "documents": documents,
    }


def config_of():
    """As the corpus stage records its settings."""
    return {
        "sources": ["data/wiki/*.jsonl.zst", "data/books", "https://example.org/forum.jsonl"],
        "text_key": "text",
        "txt_documents": "blank-lines",
        "licence": "",
        "max_download_bytes": 100_000_000_000,
        "download_timeout_s": 3600.0,
        "boilerplate": ["All rights reserved.", "Read more"],
        "min_characters": 200,
        "max_characters": 0,
        "min_letter_fraction": 0.5,
        "max_digit_fraction": 0.3,
        "languages": ["en", "de"],
        "near_duplicate_similarity": 0.8,
        "contamination_words": 13,
        "contaminated": "drop",
        "held_out_fraction": 0.02,
    }


def facts_of(**changes):
    """Facts in which every kind of field is filled."""
    facts = {
        "counts": counts_of(),
        "config": config_of(),
        "digest": "c0ffee" + "0" * 58,
        "inputs": {"sources": "5eed" + "1" * 60},
        "package_version": "0.1.0",
        "git_commit": "abc123",
        "num_files": 9,
        "size_bytes": 151_204_551,
        "samples": {
            "duplicate": ["The quick brown fox jumps over the lazy dog, again."],
            "too_short": ["See also", "1 2 3"],
        },
        "places": [
            {"file": "data/books/moby.txt", "byte_offset": 1_048_000, "reason": "undecodable"},
            {"file": "table.parquet#12", "byte_offset": None, "reason": "not_json"},
        ],
    }
    return CorpusFacts(**facts | changes)


def old_facts():
    """Facts of an artifact that an older version has made."""
    known = ["records_in", "kept", "held_out", "dropped", "quarantined", "characters", "sources"]
    counts = {name: value for name, value in counts_of().items() if name in known}
    config = {"sources": ["a.txt"], "min_characters": 200, "held_out_fraction": 0.02}
    return facts_of(counts=counts, config=config, samples={}, places=[])


def fit_of():
    """As `corpus_fit` gives it."""
    return {
        "vocab_size": 30_000,
        "sample_documents": 4_310,
        "sample_characters": 20_004_118,
        "of_documents": 84_213,
        "of_characters": 380_701_220,
        "share": 0.052546,
        "characters": 20_004_118,
        "words": 3_890_217,
        "pieces": 4_612_008,
        "whole_words": 3_401_774,
        "unknown_words": 1_204,
        "unknown_pieces": 1_204,
        "unknown_characters": 3_119,
        "frequent_words": 9_877,
        "frequent_words_split": 1_402,
        "pieces_per_word": 1.18554,
        "whole_word_share": 0.87444,
        "unknown_word_share": 0.00031,
        "unknown_piece_share": 0.00026,
        "frequent_split_share": 0.14195,
        "advice": "extend",
        "why": "611 more pieces make the text 3.1% shorter",
        "new_pieces": 611,
        "saved_pieces": 142_972,
        "saved_share": 0.031,
    }

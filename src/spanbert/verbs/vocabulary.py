"""Verbs around an existing vocabulary: how it fits documents, and extending it by their words."""

import argparse
from typing import Any

from spanbert.errors import ConfigError
from spanbert.verbs.verb import Verb, config_of, print_json, say

_NUM_SHOWN = 50  # words, where examples are asked for


def _fit(options: argparse.Namespace) -> None:
    from dataclasses import asdict

    from spanbert.tokenizer.advice import advise
    from spanbert.tokenizer.fit import FIT_CHARACTERS, splits_of, vocabulary_fit
    from spanbert.tokenizer.sample import sample_texts
    from spanbert.tokenizer.subword import load_tokenizer

    show_examples = config_of(options).run.show_examples
    tokenizer = load_tokenizer(options.tokenizer)
    sample, read_texts = sample_texts(options.documents, FIT_CHARACTERS)
    fit = vocabulary_fit(tokenizer, read_texts())
    advice = advise(fit, is_wordpiece=tokenizer.is_wordpiece)
    found = sample.as_counts() | fit.numbers() | asdict(advice)
    if show_examples:
        found["split_words"] = splits_of(fit, tokenizer, _NUM_SHOWN)
    if options.json:
        print_json(found)
    else:
        print(_text(found))


def _text(found: dict[str, Any]) -> str:
    lines = [
        f"{found['sample_documents']} of {found['of_documents']} documents,"
        f" {found['words']:,} words, {found['pieces_per_word']:.3f} pieces each",
        f"whole words     {found['whole_word_share']:8.2%}",
        f"unknown words   {found['unknown_word_share']:8.2%}"
        f"  ({found['unknown_characters']:,} characters)",
        f"unknown pieces  {found['unknown_piece_share']:8.2%}",
        f"frequent words  {found['frequent_words']:8,}"
        f"  ({found['frequent_split_share']:.2%} of them are split)",
        *(
            f"  {word['word']}: {word['count']} times {' '.join(word['pieces'])}"
            for word in found.get("split_words", [])
        ),
        f"advice: {found['advice']}, for {found['why']}",
    ]
    return "\n".join(lines)


def _extend(options: argparse.Namespace) -> None:
    from spanbert.tokenizer.artifact import extend_on_documents

    if options.pieces < 0:
        raise ConfigError(f"{options.pieces} pieces", place="--pieces", remedy="0 takes all")
    say("counting words, then cutting the sample by both vocabularies")
    print_json(
        extend_on_documents(
            options.documents, options.tokenizer, options.output, num_pieces=options.pieces
        )
    )


VERBS = (
    Verb(
        "vocabulary fit",
        _fit,
        "how well a vocabulary fits documents: pieces a word, what is unknown, what to do",
        "--tokenizer vocab --documents data/documents",
        paths=("--tokenizer", "--documents"),
        config="optional",
        options={"--json": {"action": "store_true", "help": "for programs"}},
    ),
    Verb(
        "vocabulary extend",
        _extend,
        "a WordPiece vocabulary + documents -> the same with their frequent split words behind it",
        "--tokenizer vocab --documents data/documents --pieces 1000 --output vocab-more",
        paths=("--tokenizer", "--documents", "--output"),
        config="none",
        options={
            "--pieces": {
                "type": int,
                "default": 0,
                "metavar": "N",
                "help": "at most so many new entries, those that save most; all that are advised",
            }
        },
    ),
)

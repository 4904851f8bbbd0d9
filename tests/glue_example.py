"""A hand-made GLUE: small files in the official layouts, which a tiny model can learn."""

from itertools import product
from pathlib import Path

_WHO = ("Ann", "Bob", "The miller", "No one")
_LIKED, _DISLIKED = ("loved", "praised", "enjoyed"), ("hated", "left", "forgot")
_WHAT = ("the film", "the play")

SENTENCES = [
    (f"{who} {verb} {what} .", label)
    for label, verbs in (("1", _LIKED), ("0", _DISLIKED))
    for who, verb, what in product(_WHO, verbs, _WHAT)
]  # 48, half of each label
PAIRS = [
    (
        f"{who} {verb} {what} .",
        f"{who} {other} it .",
        "entailment" if verb == other else "not_entailment",
    )
    for who, (verb, other), what in product(
        _WHO,
        [("loved", "loved"), ("hated", "hated"), ("loved", "hated"), ("hated", "loved")],
        _WHAT,
    )
]
NUMBERS = [(first, second, 5.0 if label == "entailment" else 0.5) for first, second, label in PAIRS]


def write_rows(path: Path, *rows: tuple[object, ...]) -> Path:
    """A file of cells parted by tabs."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join("\t".join(map(str, row)) + "\n" for row in rows))
    return path


def write_sst2(folder: Path) -> Path:
    """The folder of a GLUE with SST-2 alone: every fourth sentence is in dev."""
    header = ("sentence", "label")
    train = [row for i, row in enumerate(SENTENCES) if i % 4]
    write_rows(folder / "SST-2" / "train.tsv", header, *train)
    write_rows(folder / "SST-2" / "dev.tsv", header, *SENTENCES[::4])
    test = [(i, sentence) for i, (sentence, _) in enumerate(SENTENCES)]
    write_rows(folder / "SST-2" / "test.tsv", ("index", "sentence"), *test)
    return folder


def write_rte(folder: Path) -> Path:
    """The same for RTE; dev is train."""
    rows = [(i, *pair) for i, pair in enumerate(PAIRS)]
    for split in ("train", "dev"):
        write_rows(
            folder / "RTE" / f"{split}.tsv", ("index", "sentence1", "sentence2", "label"), *rows
        )
    return folder


def write_stsb(folder: Path) -> Path:
    """The same for STS-B; dev is train."""
    names = ("index", "genre", "filename", "year", "old_index", "source1", "source2")
    rows = [
        (i, "news", "headlines", "2012", "0001", "none", "none", *row)
        for i, row in enumerate(NUMBERS)
    ]
    for split in ("train", "dev"):
        write_rows(
            folder / "STS-B" / f"{split}.tsv", (*names, "sentence1", "sentence2", "score"), *rows
        )
    return folder


def write_mnli(folder: Path) -> Path:
    """The same for MNLI; its second dev set has every label shifted."""
    header = ("index", "promptID", "sentence1", "sentence2", "label1", "gold_label")
    labels = ("entailment", "neutral", "contradiction")
    rows = [(i, i, *PAIRS[i][:2], labels[i % 3], labels[i % 3]) for i in range(12)]
    shifted = [(*row[:-1], labels[(row[0] + 1) % 3]) for row in rows]
    for name, own in (("train", rows), ("dev_matched", rows), ("dev_mismatched", shifted)):
        write_rows(folder / "MNLI" / f"{name}.tsv", header, *own)
    return folder

"""Texts that the settings name, looked at as the corpus stage does before it reads them."""

from pathlib import Path

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.chunks import Chunk, Piece
from spanbert.corpus.sources.find import is_local, local_sources, refuse_remote
from spanbert.corpus.sources.items import SourceFile
from spanbert.corpus.sources.read import read_chunk
from spanbert.doctor.files import files_finding
from spanbert.doctor.finding import Finding, findings_of, ok

_TABLES = (".csv", ".tsv", ".parquet")


def check_texts(config: CorpusConfig) -> list[Finding]:
    """Sources, and the languages that are to be kept of them."""
    return [
        *findings_of("texts", lambda: [_texts(config)]),
        *findings_of("languages", lambda: _languages(config.languages)),
    ]


def _texts(config: CorpusConfig) -> Finding:
    """Files are looked at; of what comes by a network, its name."""
    remote = [source for source in config.sources if not is_local(source)]
    for source in remote:
        refuse_remote(source, config)
    files = local_sources(config)
    if remote and not files:
        return ok("texts", f"{len(remote)} named datasets or URLs, not asked for")
    found = files_finding("texts", [Path(file.place) for file in files], setting="corpus.sources")
    if found.status == "ok":
        for file in files:
            _look_at_columns(file, config)
    return found


def _look_at_columns(file: SourceFile, config: CorpusConfig) -> None:
    if file.record_format in _TABLES:
        piece = Piece(file, file.size_bytes or 0, digest="")
        next(read_chunk(Chunk(file.name, "", (piece,)), config), None)


def _languages(languages: tuple[str, ...]) -> list[Finding]:
    if not languages:
        return []
    from spanbert.corpus.language import LanguageFilter

    LanguageFilter(languages)
    return [ok("languages", ", ".join(languages))]

"""Settings -> the files and datasets that they name, in their order."""

import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.contents import content_blocks
from spanbert.corpus.sources.formats import format_of, sniffed_format
from spanbert.corpus.sources.items import HubDataset, SourceFile
from spanbert.corpus.sources.local import local_files
from spanbert.corpus.sources.remote.connection import refuse_private
from spanbert.corpus.sources.remote.https import HttpsFile
from spanbert.corpus.sources.remote.s3 import S3File, s3_names
from spanbert.corpus.sources.remote.urls import checked_url, refuse_unlisted
from spanbert.corpus.sources.unreadable import Unreadable
from spanbert.errors import ConfigError, DataError, storage_error

_HUB_SOURCE = re.compile(r"hf:(?P<name>[^@:\s]+)(@(?P<config>[^@:\s]+))?(:(?P<split>\w+))?")


def find_sources(config: CorpusConfig) -> list[SourceFile | HubDataset]:
    """What the settings name, in their order; matches of a pattern are sorted.

    Raises:
        ConfigError: a source is of no known form, or its scheme or host is not allowed.
        DataError: there is no source, or one names no file, or one in a format that is not read.
        IntegrityError: a remote file is too large, or its host has an address that is not public.
        DependencyError: a store or server is out of reach, or an optional package is missing.
        StorageError: the system refused to read a file.
    """
    if not config.sources:
        remedy = "pass --set 'corpus.sources=[\"my.txt\"]'"
        raise DataError("there is no text to read", place="corpus.sources", remedy=remedy)
    try:
        return [found for entry in config.sources for found in _found(entry, config)]
    except OSError as error:
        raise storage_error(error) from error


def local_sources(config: CorpusConfig) -> list[SourceFile]:
    """The files on disk that the settings name.

    Raises:
        DataError: a source names no file, or one in a format that is not read.
        ConfigError, StorageError: as `find_sources`.
    """
    local = tuple(entry for entry in config.sources if is_local(entry))
    found = find_sources(replace(config, sources=local)) if local else []
    return [file for file in found if isinstance(file, SourceFile)]


def refuse_remote(entry: str, config: CorpusConfig) -> None:
    """Refuse a URL or dataset whose name alone tells that it will not be read; nobody is asked.

    Raises:
        ConfigError: it is malformed, or its scheme or host is not allowed.
        IntegrityError: its host is an address that is not public.
    """
    if entry.startswith("hf:"):
        _hub_dataset(entry)
        return
    parts = checked_url(entry)
    if parts.scheme == "https":
        refuse_unlisted(parts, config.allowed_hosts)
        refuse_private(parts.hostname or "")


def is_local(entry: str) -> bool:
    """Whether a source is a path, and neither a dataset's name nor a URL."""
    return not entry.startswith("hf:") and "://" not in entry


def _found(entry: str, config: CorpusConfig) -> Sequence[SourceFile | HubDataset]:
    if entry.startswith("hf:"):
        return [_hub_dataset(entry)]
    if not is_local(entry):
        return _remote_files(entry, config)
    return [_local_file(path, name, config) for path, name in local_files(entry)]


def _remote_files(url: str, config: CorpusConfig) -> list[SourceFile]:
    parts = checked_url(url)
    if parts.scheme == "s3":
        named = [(url, name, S3File(url, config)) for url, name in s3_names(url, config)]
    else:
        named = [(url, parts.path.rpartition("/")[2], HttpsFile(url, config))]
    return [
        with_format(SourceFile(url, name, "", "", *remote.facts()), config)
        for url, name, remote in named
    ]


def _hub_dataset(entry: str) -> HubDataset:
    match = _HUB_SOURCE.fullmatch(entry)
    if match is None:
        raise ConfigError(
            f"{entry!r} is not of the form hf:NAME[@CONFIG][:SPLIT]",
            place="corpus.sources",
            remedy="for example hf:owner/name@config:train",
        )
    return HubDataset(entry, match["name"], match["config"], match["split"] or "train")


def _local_file(path: Path, name: str, config: CorpusConfig) -> SourceFile:
    return with_format(SourceFile(str(path), name, "", "", path.stat().st_size), config)


def with_format(file: SourceFile, config: CorpusConfig) -> SourceFile:
    """The file with the format that its name or its first bytes tell.

    Raises:
        DataError: it is of none that is read.
    """
    record_format, packing = format_of(file.name) or (None, "")
    if file.size_bytes == 0:  # it is a file of no text, whatever its name promises
        record_format, packing = ".txt", ""
    file = replace(file, packing=packing)
    if record_format == "":
        record_format = _sniffed(file, config)
    if record_format is None:
        raise DataError(
            f"{Path(file.name).name} is of no known format",
            place=file.place,
            remedy="name .txt, .jsonl, .json, .csv or .tsv files (plain, .gz, .xz, .zst or .bz2),"
            " .parquet or .zip files, or what WikiExtractor wrote; of a folder pick the files by a"
            " pattern, for example 'FOLDER/**/*.txt'",
        )
    return replace(file, record_format=record_format)


def _sniffed(file: SourceFile, config: CorpusConfig) -> str | None:
    try:
        return sniffed_format(content_blocks(file, config))
    except Unreadable:
        return None

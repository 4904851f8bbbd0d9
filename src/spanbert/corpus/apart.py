"""An output among its own sources is refused: a second run would read what the first one wrote."""

from collections.abc import Sequence
from pathlib import Path

from spanbert.corpus.config import CorpusConfig
from spanbert.corpus.sources.find import is_local
from spanbert.corpus.sources.local import local_files
from spanbert.errors import ConfigError


def refuse_mixed(config: CorpusConfig, outputs: Sequence[Path]) -> None:
    """Refuse an artifact below a folder that is read, and a source file in an artifact's folder.

    Raises:
        ConfigError: there is one.
        DataError: a source names no file.
    """
    folders = [folder.resolve() for folder in outputs]
    for entry in filter(is_local, config.sources):
        source = Path(entry)
        read = [path.resolve() for path, _ in local_files(entry)]
        for folder in folders:
            is_below = source.is_dir() and folder.is_relative_to(source.resolve())
            if is_below or any(path.is_relative_to(folder) for path in read):
                raise ConfigError(
                    f"the output {folder} is among what is read of the source {entry}",
                    place="corpus.sources",
                    remedy="choose another output, or name the files that are meant by a pattern",
                )

"""One command of the command line: its options as data, and what verbs share."""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from spanbert.config import Config, load_config, parse_config
from spanbert.errors import ConfigError, SpanbertError
from spanbert.manifest import MANIFEST, parse_manifest
from spanbert.objects.artifacts import Place, is_url

_PACKED = (".gz", ".xz", ".zst", ".bz2", ".zip")
QUICKSTART = "--config configs/quickstart.toml"  # in the examples

FROM_SCRATCH = {"action": "store_true", "help": "put earlier checkpoints aside, begin at step 0"}


@dataclass(frozen=True)
class Verb:
    """One command: what it is called, what it calls, and what it takes."""

    name: str  # with its group or the verb that it belongs to: "predict qa", "corpus report"
    call: Callable[[argparse.Namespace], int | None]  # an exit code, where it is not always 0
    text: str
    example: str  # its options, as a user would type them
    paths: tuple[str, ...] = ()  # required options that are paths on this machine
    writes: tuple[str, ...] = ()  # required options that are files to write
    places: tuple[str, ...] = ()  # required options that are such paths or URLs
    config: Literal["required", "optional", "none"] = "required"
    has_model: bool = False
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # as argparse has them

    def add_to(self, verbs: Any, name: str) -> None:
        """Make the parser of this verb among `verbs`, where it has this name."""
        example = f"example: spanbert {self.name} {self.example}"
        parser = verbs.add_parser(name, help=self.text, description=self.text, epilog=example)
        parser.set_defaults(call=self.call, written=self._written())
        parser.add_argument("--debug", action="store_true", help="show the trace of an error")
        if self.config != "none":
            required = self.config == "required"
            parser.add_argument("--config", required=required, metavar="TOML", help="settings")
            change = {"metavar": "SECTION.KEY=VALUE", "help": "change a setting; may be repeated"}
            parser.add_argument("--set", action="append", default=[], **change)
        if self.has_model:
            parser.add_argument("--model", required=True, help="folder or models:/name@alias")
        for path in self.paths:
            parser.add_argument(path, type=local_path, required=True, metavar="PATH")
        for path in self.writes:
            parser.add_argument(path, type=written_file, required=True, metavar="PATH")
        for place in self.places:
            parser.add_argument(place, type=_place, required=True, metavar="PATH_OR_URL")
        for option, settings in self.options.items():
            parser.add_argument(option, **settings)

    def _written(self) -> list[str]:
        """The names of what holds a file to write."""
        options = [name for name, one in self.options.items() if one.get("type") is written_file]
        return [name.lstrip("-").replace("-", "_") for name in (*self.writes, *options)]


def require_apart(options: argparse.Namespace) -> None:
    """Refuse a file to write that would take the place of what the same call reads.

    Raises:
        ConfigError: it is another path of the call, or lies in a folder among them.
    """
    paths = {name: value for name, value in vars(options).items() if isinstance(value, Path)}
    if getattr(options, "config", None):
        paths["config"] = Path(options.config)
    for name in (name for name in options.written if name in paths):
        written = paths[name].resolve()
        for other in (path.resolve() for key, path in paths.items() if key != name):
            if written == other or (written.parent == other and other.is_dir()):
                place, remedy = str(paths[name]), "name another file"
                cause = "it would be written over, or into, what is read"
                raise ConfigError(cause, place=place, remedy=remedy)


def local_path(text: str) -> Path:
    """A path that a user gives; `Path` would take a URL for a folder with the name "s3:"."""
    if is_url(text):  # not repeated: it may hold a secret
        raise argparse.ArgumentTypeError("a URL, where only a path on this machine will do")
    return _folder(text)


def path_option(text: str) -> dict[str, Any]:
    """An option that is a path on this machine, with what its help says."""
    return {"type": local_path, "metavar": "PATH", "help": text}


def written_option(text: str) -> dict[str, Any]:
    """An option that is a file to write, with what its help says."""
    return {"type": written_file, "metavar": "PATH", "help": text}


def written_file(text: str) -> Path:
    """A file that a verb writes: a plain one, that which a link leads to.

    It takes the place of what is there, so nothing that must stay may be there.
    """
    given = local_path(text)
    try:
        path = Path(os.path.realpath(given)) if given.is_symlink() else given
        is_plain = given.name != "-" and (path.is_file() or not path.exists())
        is_published = _is_published(path.parent)
    except OSError as error:
        raise argparse.ArgumentTypeError(f"{text}: {error.strerror}") from error
    if not is_plain:
        raise argparse.ArgumentTypeError(f"{text} is not a plain file: name one to write")
    if path.suffix in _PACKED:
        raise argparse.ArgumentTypeError(f"nothing is packed: leave out {path.suffix} of {text}")
    if is_published:
        cause = f"{path.parent} is a published folder, which must stay as it is: write elsewhere"
        raise argparse.ArgumentTypeError(cause)
    return path


def _is_published(folder: Path) -> bool:
    """Whether a folder has a manifest of ours; others use the name, too."""
    path = folder / MANIFEST
    if not path.is_file():
        return False
    try:
        parse_manifest(path.read_bytes(), str(path))
    except SpanbertError:
        return False
    return True


def _place(text: str) -> Place:
    return text if is_url(text) else _folder(text)


def _folder(text: str) -> Path:
    if not text.strip():  # `Path` would take it for the folder that we are in
        raise argparse.ArgumentTypeError("an empty path")
    return Path(text)


def config_of(options: argparse.Namespace) -> Config:
    """The settings that a verb's --config and --set name; the defaults without them."""
    if options.config is None:
        return parse_config("", options.set)
    return load_config(options.config, options.set)


def say(line: str) -> None:
    """Tell a person, beside what a program reads from standard output."""
    print(line, file=sys.stderr, flush=True)


def print_json(value: Any) -> None:
    """A verb's result, for people and programs."""
    print(json.dumps(value, indent=1))

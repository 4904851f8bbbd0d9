"""One TOML file per run -> the stages' frozen dataclasses.

Each stage's dataclass lies beside its stage; this file only gathers them, over the values that a
`[preset]` table names (`presets.py`). `tables.py` refuses what is not accepted.
"""

import dataclasses
import hashlib
import json
import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from spanbert.cluster.config import ClusterConfig
from spanbert.corpus.config import CorpusConfig
from spanbert.errors import ConfigError
from spanbert.masking.config import MaskingConfig
from spanbert.model.config import ModelConfig
from spanbert.objectives.config import ObjectiveConfig
from spanbert.presets import PresetConfig, merged, preset_tables
from spanbert.registry.config import RegistryConfig
from spanbert.shards.config import ShardsConfig
from spanbert.tables import read_table
from spanbert.tasks.config import CorefConfig, QAConfig
from spanbert.tasks.glue.config import GlueConfig
from spanbert.tasks.relations.config import RelationConfig
from spanbert.tokenizer.config import TokenizerConfig
from spanbert.training.config import TrainingConfig
from spanbert.validation import require

_RUN_NAME = re.compile(r"[a-z]([a-z0-9-]{0,38}[a-z0-9])?")


@dataclass(frozen=True)
class RunConfig:
    """What names a run and where it is kept."""

    name: str = "spanbert"  # lower-case letters, digits and hyphens
    seed: int = 1907
    folder: str = "runs"  # each run gets a folder of its own in here
    show_examples: bool = False  # put masked text into the report; not for private corpora

    def __post_init__(self) -> None:
        require(  # it begins names of Kubernetes' objects
            bool(_RUN_NAME.fullmatch(self.name)),
            f"run.name = {self.name!r} must be 1 to 40 lower-case letters, digits or hyphens, a"
            " letter first and no hyphen last",
        )
        require(self.seed >= 0, f"run.seed = {self.seed} < 0")
        require("://" not in self.folder, "run.folder is a URL, where a path must be")


@dataclass(frozen=True)
class Config:
    """All settings of one run, a section for each stage."""

    run: RunConfig = field(default_factory=RunConfig)
    corpus: CorpusConfig = field(default_factory=CorpusConfig)
    tokenizer: TokenizerConfig = field(default_factory=TokenizerConfig)
    shards: ShardsConfig = field(default_factory=ShardsConfig)
    masking: MaskingConfig = field(default_factory=MaskingConfig)
    model: ModelConfig = field(default_factory=ModelConfig)
    objective: ObjectiveConfig = field(default_factory=ObjectiveConfig)
    training: TrainingConfig = field(default_factory=TrainingConfig)
    qa: QAConfig = field(default_factory=QAConfig)
    coref: CorefConfig = field(default_factory=CorefConfig)
    glue: GlueConfig = field(default_factory=GlueConfig)
    relations: RelationConfig = field(default_factory=RelationConfig)
    registry: RegistryConfig = field(default_factory=RegistryConfig)
    cluster: ClusterConfig = field(default_factory=ClusterConfig)

    def __post_init__(self) -> None:
        if not self.only_finetunes:
            self.require_positions()
        for task in (self.qa, self.coref, self.glue, self.relations):
            setting, length = task.longest
            require(
                not task.files or length <= self.model.max_positions,
                f"{setting} = {length} exceeds model.max_positions = {self.model.max_positions}",
            )
        require(
            self.shards.pairs or not self.objective.nsp,
            "objective.nsp = true needs shards.pairs = true",
        )
        require(
            self.shards.annotator != "" or not self.masking.annotation,
            f"masking.scheme = {self.masking.scheme!r} needs shards.annotator, the spaCy pipeline"
            " that marks such spans",
        )
        require(
            self.training.num_workers % self.cluster.workers_per_pod == 0,
            f"cluster.workers_per_pod = {self.cluster.workers_per_pod} does not divide"
            f" training.num_workers = {self.training.num_workers}",
        )

    @property
    def only_finetunes(self) -> bool:
        """Whether a model is named to start from, and no text to pre-train it on."""
        return bool(self.training.start and not self.corpus.sources)

    def require_positions(self) -> None:
        """Refuse segments to pre-train on that are longer than the model has positions.

        Raises:
            ConfigError: they are.
        """
        longest = self.shards.max_pieces + 2  # with [CLS] and [SEP]
        require(
            longest <= self.model.max_positions,
            f"shards.max_pieces + 2 = {longest} exceeds model.max_positions"
            f" = {self.model.max_positions}",
        )

    @property
    def digest(self) -> str:
        """sha256 over all settings that decide what comes out; where and how fast is left out."""
        decisive = {"training": self.training.identity, "corpus": self.corpus.identity}
        content = dataclasses.asdict(self) | decisive
        del content["run"]["folder"], content["cluster"]
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def run_id(self) -> str:
        """Name and digest: two runs with the same id come to the same results."""
        return f"{self.run.name}-{self.digest[:8]}"


def load_config(path: str | Path, overrides: Sequence[str] = ()) -> Config:
    """Read a TOML file and apply `section.key=value` overrides.

    Raises:
        ConfigError: the file is missing or not TOML, or a key or value is not accepted.
    """
    try:
        text = Path(path).read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        remedy = "pass --config with one of configs/*.toml"
        raise ConfigError(f"cannot read it ({error})", place=str(path), remedy=remedy) from error
    try:
        return parse_config(text, overrides)
    except ConfigError as error:
        raise ConfigError(
            error.cause, place=error.place or str(path), remedy=error.remedy
        ) from error


def parse_config(text: str, overrides: Sequence[str] = ()) -> Config:
    """The settings in a TOML text, with `section.key=value` overrides applied."""
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"not valid TOML: {error}", remedy="correct the file") from error
    for override in overrides:
        _apply_override(tables, override)
    preset = read_table(PresetConfig, tables.pop("preset", {}), "preset.")
    return read_table(Config, merged(preset_tables(preset), tables), "")


def to_toml(config: Config) -> str:
    """The resolved settings as TOML that `parse_config` reads back to an equal object."""
    lines: list[str] = []
    for section, values in dataclasses.asdict(config).items():
        lines.append(f"[{section}]")
        lines += [f"{key} = {_toml_value(value)}" for key, value in values.items()]
        lines.append("")
    return "\n".join(lines)


def _toml_value(value: Any) -> str:
    if isinstance(value, float) and value == int(value):
        return repr(float(value))
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _apply_override(tables: dict[str, Any], override: str) -> None:
    path, separator, raw = override.partition("=")
    section, dot, key = path.strip().partition(".")
    if not (separator and dot and key):
        raise ConfigError(
            f"--set {override!r} is not of the form section.key=value",
            remedy="for example --set training.steps=100",
        )
    table = tables.setdefault(section, {})
    if isinstance(table, dict):  # what is no table is refused with the rest
        table[key] = _parse_value(raw.strip())
        for many in _lists_of(section, key):
            table[many] = []


def _lists_of(section: str, key: str) -> list[str]:
    """The grid, if this is a value of a recipe: what is set by hand takes its place."""
    tasks = (QAConfig, CorefConfig, GlueConfig, RelationConfig)
    grids = {task.section: task.grid for task in tasks}
    return [many for many, one in grids.get(section, {}).items() if one == key]


def _parse_value(raw: str) -> Any:
    try:
        return tomllib.loads(f"value = {raw}")["value"]
    except tomllib.TOMLDecodeError:
        return raw  # an unquoted string

"""Settings and digests -> what a submitted pipeline is given."""

from dataclasses import replace

from pipelines.local import code_digest
from spanbert.config import Config, to_toml


def on_claim(config: Config) -> Config:
    """The settings with the runs' folder on the volume that all pods mount."""
    folder = f"{config.cluster.volume_path}/runs"
    return replace(config, run=replace(config.run, folder=folder))


def default_parameters(config: Config) -> dict[str, str]:
    """What a compiled pipeline carries: all but the sources, which lie on the cluster."""
    there = on_claim(config)
    return {
        "config_toml": to_toml(there),
        "run_folder": f"{there.run.folder}/{there.run_id}",
        "code_digest": code_digest(),
    }


def run_parameters(config: Config, sources_version: str) -> dict[str, str]:
    """What a run is given.

    KFP's cache key holds a step's parameters but not the content of the artifacts that it reads, so
    what the first step depends on stands in the settings that every step takes, as comments.

    Args:
        sources_version: one line; another one makes every step run again.
    """
    parameters = default_parameters(config) | {"sources_digest": sources_version}
    marks = f"# sources {sources_version}\n# code {parameters['code_digest']}\n"
    return parameters | {"config_toml": marks + parameters["config_toml"]}

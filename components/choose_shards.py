"""shards artifacts -> those that one variant trains on, single segments or pairs."""

from kfp.dsl import Dataset, Input, Output, component

from components.image import SPANBERT_IMAGE


@component(base_image=SPANBERT_IMAGE, install_kfp_package=False)
def choose_shards(
    config_toml: str,
    single: Input[Dataset],
    held_out_single: Input[Dataset],
    shards: Output[Dataset],
    held_out_shards: Output[Dataset],
    pairs: Input[Dataset] = None,  # pyright: ignore[reportArgumentType]
    held_out_pairs: Input[Dataset] = None,  # pyright: ignore[reportArgumentType]
) -> bool:
    """Pass on the artifacts that the settings ask for; returns whether these are pairs.

    Nothing is copied: an output takes the address of an input. So what later steps are given, and
    with it their place in the cache, is the same whether or not there are pairs besides.
    """
    from spanbert.config import parse_config

    wants_pairs = parse_config(config_toml).shards.pairs
    shards.uri = (pairs if wants_pairs else single).uri
    held_out_shards.uri = (held_out_pairs if wants_pairs else held_out_single).uri
    return wants_pairs

"""Tables of a TOML file -> frozen dataclasses, whose types say what is accepted.

An unknown key is refused with the nearest name, a value of the wrong type with the expected one.
"""

import dataclasses
import difflib
import math
import typing
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from spanbert.errors import ConfigError

Section = TypeVar("Section")


def read_table(cls: type[Section], table: Any, path: str) -> Section:
    """The dataclass that a table describes.

    Args:
        path: of the table in its file, for messages, with a dot behind it; "" for the whole file.

    Raises:
        ConfigError: a key or value is not accepted, or a key without a default is missing.
    """
    if not isinstance(table, dict):
        raise ConfigError(f"{path.rstrip('.')} must be a table", remedy=f"write [{path[:-1]}]")
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(typing.cast(Any, cls))
    _refuse_unknown(table, [field.name for field in fields], path)
    values = {key: _convert(value, hints[key], f"{path}{key}") for key, value in table.items()}
    _require_all(fields, values, path)
    return cls(**values)


def _refuse_unknown(table: dict[str, Any], known: list[str], path: str) -> None:
    for key in table:
        if key not in known:
            nearest = difflib.get_close_matches(key, known, n=1, cutoff=0.5)
            remedy = (
                f"did you mean {path}{nearest[0]}?" if nearest else f"known: {', '.join(known)}"
            )
            raise ConfigError(f"unknown key {path}{key}", remedy=remedy)


def _require_all(
    fields: Sequence[dataclasses.Field[Any]], values: Mapping[str, Any], path: str
) -> None:
    for field in fields:
        needs_one = field.default is field.default_factory is dataclasses.MISSING
        if needs_one and field.name not in values:
            raise ConfigError(f"{path}{field.name} is missing", remedy="write it")


def _convert(value: Any, hint: Any, path: str) -> Any:
    if dataclasses.is_dataclass(hint):
        return read_table(typing.cast(type, hint), value, f"{path}.")
    if type(None) in typing.get_args(hint):  # TOML has no such value: it is a default alone
        return _convert(value, next(one for one in typing.get_args(hint) if one), path)
    if typing.get_origin(hint) is tuple:
        return _convert_list(value, typing.get_args(hint)[0], path)
    if typing.get_origin(hint) is typing.Literal:
        choices = typing.get_args(hint)
        if value in choices:
            return value
        raise ConfigError(f"{path} = {value!r} must be one of {', '.join(map(repr, choices))}")
    if hint is float and type(value) is int:
        return float(value)
    if hint is float and type(value) is float and not math.isfinite(value):
        raise ConfigError(f"{path} = {value} must be finite")
    if type(value) is not hint:
        raise ConfigError(f"{path} = {value!r} must be of type {hint.__name__}")
    return value


def _convert_list(value: Any, item_hint: Any, path: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise ConfigError(f"{path} = {value!r} must be a list", remedy=f'write {path} = ["..."]')
    if dataclasses.is_dataclass(item_hint):
        return tuple(_convert(item, item_hint, f"{path}[{n}]") for n, item in enumerate(value))
    return tuple(_convert(item, item_hint, path) for item in value)

"""How a settings dataclass refuses a value."""

import difflib
from collections.abc import Iterable

from spanbert.errors import ConfigError


def require(condition: bool, rule: str) -> None:
    """Refuse a setting whose rule does not hold.

    Args:
        rule: the setting with its value and the rule, as the user should read it.

    Raises:
        ConfigError: `condition` is false.
    """
    if not condition:
        raise ConfigError(rule, remedy="change it in the TOML file or with --set")


def known_names(what: str, names: Iterable[str], known: Iterable[str]) -> tuple[str, ...]:
    """The names, each once, in the order of the known ones.

    Args:
        what: of which they are names, for the message.

    Raises:
        ConfigError: one is not known; says the nearest.
    """
    known, names = list(known), list(names)
    for name in names:
        if name not in known:
            nearest = difflib.get_close_matches(name, known, n=1, cutoff=0.3)
            hint = f"did you mean {nearest[0]}?" if nearest else f"known: {', '.join(known)}"
            raise ConfigError(f"no {what} {name!r}", remedy=hint)
    return tuple(name for name in known if name in names)

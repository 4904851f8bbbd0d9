"""How a settings dataclass refuses a value."""

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

"""The page of every setting: `python -m tests.settings_page` writes it anew from the settings."""

from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from gateway.setting_names import PREFIX
from gateway.settings import Settings

PAGE = Path(__file__).parents[1] / "docs" / "operators" / "settings.md"
_HEAD = """\
# Every setting

Each is an environment variable; one that is wrong, missing or unknown stops the start with a sentence that names it.
What belongs together, and what it is for, stands in [operating](../operating.md) and [payments](../payments.md).

| setting | default | must be |
|---|---|---|
"""  # noqa: E501  # one sentence a line, as all pages have it


def page() -> str:
    """Return the page as it must be."""
    rows = (_row(name, field) for name, field in sorted(Settings.model_fields.items()))
    return _HEAD + "".join(rows)


def _row(name: str, field: FieldInfo) -> str:
    told = (field.description or "").replace("|", "\\|")
    return f"| `{PREFIX}{name.upper()}` | {_default(field)} | {told} |\n"


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "needed"
    default = field.default
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    if default is None or default == ():
        return "none"
    if isinstance(default, tuple):
        # An address and its port, or words.
        default = (":" if isinstance(default[-1], int) else ",").join(map(str, default))
    return f"`{default}`"


if __name__ == "__main__":
    PAGE.write_text(page(), "utf-8")

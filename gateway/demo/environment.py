"""The demo's settings as a file that a shell can read, so that the other commands work on it."""

import shlex
from pathlib import Path

from pydantic import SecretStr

from gateway.demo.folder import ENVIRONMENT
from gateway.setting_names import PREFIX
from gateway.settings import Settings


def write_environment(folder: Path, settings: Settings) -> Path:
    """Write the settings into the demo's folder, for its owner alone; return where.

    They open the sandbox, and nothing else.
    """
    file = folder / ENVIRONMENT
    file.touch(mode=0o600)
    given = [(name, getattr(settings, name)) for name in sorted(settings.model_fields_set)]
    lines = (f"export {PREFIX}{name.upper()}={_told(value)}" for name, value in given)
    file.write_text("\n".join(lines) + "\n", "utf-8")
    return file


def _told(value: object) -> str:
    if isinstance(value, tuple):
        return shlex.quote(",".join(map(_plain, value)))
    return shlex.quote(_plain(value))


def _plain(value: object) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else str(value)

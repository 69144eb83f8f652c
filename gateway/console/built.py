"""What of the console was built, and where it lies."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import msgspec

FOLDER: Final = Path(__file__).parent / "built"

_NAME = re.compile(r"\w[\w.-]*\.(?:js|css|ttf)")


class _Manifest(msgspec.Struct, frozen=True):
    """What `build.mjs` says it made; of each asset, whether it has a compressed twin."""

    script: str
    style: str
    assets: dict[str, bool]


@dataclass(frozen=True, slots=True)
class Built:
    """A built console: the script and the style of its page, and every asset by its name."""

    folder: Path
    script: str
    style: str
    assets: dict[str, bool]

    def file(self, name: str, *, compressed: bool) -> Path | None:
        """Return where this asset lies, or its compressed twin; None where there is no such."""
        has_twin = self.assets.get(name)
        if has_twin is None or (compressed and not has_twin):
            return None
        return self.folder / (f"{name}.gz" if compressed else name)


def find_built(folder: Path = FOLDER) -> Built | None:
    """Return the console that was built into this folder, None where none was.

    One that cannot be read was not built: customers are served without it.
    """
    try:
        told = msgspec.json.decode((folder / "manifest.json").read_bytes(), type=_Manifest)
    except (OSError, msgspec.DecodeError):
        return None
    if not all(_NAME.fullmatch(name) for name in (told.script, told.style, *told.assets)):
        return None
    return Built(folder, told.script, told.style, told.assets)

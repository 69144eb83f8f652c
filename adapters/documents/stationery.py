"""Which template prints a document: the business unit's, the tenant's, or a built-in one."""

from pathlib import Path

import msgspec

from adapters.documents.papers import PaperKind

BUILT_IN = "built-in"
"""The folder under which every template finds ours, whichever folder it lies in itself."""

_OURS = Path(__file__).parent / "templates"
_TAKEN = frozenset({".typ", ".svg", ".png", ".jpg", ".jpeg"})


class Stationery(msgspec.Struct, frozen=True, kw_only=True):
    """A tenant's own folder of templates, the one in it for this business unit, and a logo in it.

    What is not there is taken from the next: the unit's folder, the tenant's, the built-in ones.
    """

    folder: str | None = None
    unit: str | None = None
    logo: str | None = None

    def files(self) -> dict[str, bytes]:
        """Read all that a template may use, by its path; raises OSError."""
        own = {} if self.folder is None else _read(Path(self.folder))
        return own | {f"{BUILT_IN}/{path}": told for path, told in _read(_OURS).items()}

    def fonts(self) -> list[Path]:
        """Return the folder of the tenant's own fonts, where there is one."""
        fonts = Path(self.folder, "fonts") if self.folder is not None else None
        return [fonts] if fonts is not None and fonts.is_dir() else []

    def template(self, kind: PaperKind, files: dict[str, bytes]) -> str:
        """Return the path of the template to print this kind of document with."""
        own = [f"{self.unit}/{kind.value}.typ"] if self.unit else []
        wanted = (*own, f"{kind.value}.typ")
        return next((path for path in wanted if path in files), f"{BUILT_IN}/{kind.value}.typ")


def _read(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.suffix.lower() in _TAKEN and path.is_file()
    }

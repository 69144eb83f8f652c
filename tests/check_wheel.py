"""`make check`: does the wheel hold the four packages, whole, and nothing else?"""

import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

PACKAGES = ("gateway", "schema", "resolvers", "adapters")
CONSOLE = "gateway/console/"
ROOT = Path(__file__).resolve().parent.parent


def built(into: str) -> set[str]:
    """Build the wheel and return what is in it, its metadata apart."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", into]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)  # noqa: S603  # our own command
    (wheel,) = Path(into).glob("*.whl")
    return {name for name in zipfile.ZipFile(wheel).namelist() if ".dist-info/" not in name}


def expected() -> set[str]:
    """Return every tracked or new file of the four packages; of the console, what was built."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", *PACKAGES]
    told = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)  # noqa: S603  # as above
    ours = {name for name in told.stdout.splitlines() if (ROOT / name).exists()}
    sources = {name for name in ours if name.startswith(CONSOLE) and not name.endswith(".py")}
    return (ours - sources) | {
        str(file.relative_to(ROOT)) for file in (ROOT / CONSOLE / "built").glob("*")
    }


def main() -> int:
    """Compare, tell what differs, and return the exit code."""
    with tempfile.TemporaryDirectory() as into:
        there = built(into)
    wanted = expected()
    for name in sorted(wanted - there):
        print(f"missing from the wheel: {name}")  # noqa: T201  # what the check is for
    for name in sorted(there - wanted):
        print(f"not expected in the wheel: {name}")  # noqa: T201  # as above
    print(f"wheel: {len(there)} files of {', '.join(PACKAGES)}")  # noqa: T201  # as above
    return int(there != wanted)


if __name__ == "__main__":
    sys.exit(main())

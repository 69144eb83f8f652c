"""The documentation as a site: it is built, and every link of it leads somewhere."""

import re
import shutil
import subprocess
import sys
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

HOUSE = Path(__file__).parents[2]
_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")


@dataclass
class Page(HTMLParser):
    """What a page of the site leads to, what it loads, and the anchors it has."""

    links: list[str] = field(default_factory=list)
    loads: list[str] = field(default_factory=list)
    anchors: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        """Begin to read."""
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what this tag leads to, loads, or is called."""
        told = {name: value or "" for name, value in attrs}
        self.anchors |= {told[name] for name in ("id", "name") if told.get(name)}
        if tag == "a" and "href" in told:
            self.links.append(told["href"])
        elif tag == "link" and told.get("rel") not in ("canonical", "prev", "next"):
            self.loads.append(told.get("href", ""))
        elif "src" in told:
            self.loads.append(told["src"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    """Build the site from a copy, strictly; return its pages."""
    copy = tmp_path_factory.mktemp("house")
    unwanted = shutil.ignore_patterns("node_modules", "built", "graph")
    shutil.copytree(HOUSE / "docs", copy / "docs", ignore=unwanted)
    shutil.copy(HOUSE / "zensical.toml", copy)
    command = (sys.executable, "-m", "zensical", "build", "--strict")
    built = subprocess.run(command, cwd=copy, capture_output=True, text=True, check=False)  # noqa: S603  # the words above and no others
    assert built.returncode == 0, built.stdout + built.stderr
    pages = {}
    for file in (copy / "site").rglob("*.html"):
        if file.name != "404.html":  # it is served at any address, so its links are of no place
            pages[file] = Page()
            pages[file].feed(file.read_text("utf-8"))
    return pages


def test_every_page_of_the_documentation_is_in_the_site(site: dict[Path, Page]) -> None:
    docs = HOUSE / "docs"
    written = {
        file.relative_to(docs).with_suffix(".html")
        for file in docs.rglob("*.md")
        if "node_modules" not in file.parts
    }
    index = {page.with_name("index.html") if page.stem == "README" else page for page in written}
    root = next(iter(site)).parents[0]
    while root.name != "site":
        root = root.parent
    assert {file.relative_to(root) for file in site} == index


def test_every_link_of_the_site_leads_somewhere(site: dict[Path, Page]) -> None:
    dead = [
        f"{file.name}: {link}"
        for file, page in site.items()
        for link in page.links
        if not _leads(site, file, link)
    ]
    assert dead == []


def _leads(site: dict[Path, Page], file: Path, link: str) -> bool:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return parts.scheme == "https"
    to = (file.parent / unquote(parts.path)).resolve() if parts.path else file
    if to.is_dir():
        to /= "index.html"
    if to not in site:
        return to.is_file()
    return not parts.fragment or unquote(parts.fragment) in site[to].anchors | {"__top"}


def test_the_site_asks_nobody_else(site: dict[Path, Page]) -> None:
    foreign = {load for page in site.values() for load in page.loads if urlsplit(load).netloc}
    assert foreign == set()
    fonts = re.compile(r"url\(['\"]?https?:|@import")
    styles = next(iter(site)).parents
    root = next(folder for folder in styles if folder.name == "site")
    assert [str(file) for file in root.rglob("*.css") if fonts.search(file.read_text())] == []


def test_every_link_of_the_readme_leads_somewhere() -> None:
    links = _LINK.findall((HOUSE / "README.md").read_text("utf-8"))
    assert links
    near = [link.partition("#")[0] for link in links if "://" not in link]
    assert [link for link in near if link and not (HOUSE / link).exists()] == []

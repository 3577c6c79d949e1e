#!/usr/bin/env python3
"""Every link of the book, of the README and of other documents leads somewhere.

    docs/check.py [SITE]

Without SITE the sources are checked: local links, their anchors, and what pages include. With it, the pages of the site that
mdBook made in this directory. Links to other hosts are not followed. Nothing beside Python is needed.
"""

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

ROOT = Path(__file__).resolve().parent.parent
BOOK = ROOT / "docs" / "src"
DOCUMENTS = ["*.md", "format-spec/*.md", "bindings-*/*.md", "docs/**/*.md"]

FENCE = re.compile(r"^```.*?^```$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"`[^`\n]*`")
LINK = re.compile(r"\]\(<?([^)\s>]+)>?\)")
INCLUDE = re.compile(r"\{\{#include ([^}:]+)(?::([\w-]+))?\}\}")


class Broken(Exception):
    pass


def text_of(document: Path) -> str:
    """The Markdown of a document, with what it includes."""

    def included(match: re.Match[str]) -> str:
        path, anchor = match.groups()
        file = (document.parent / path).resolve()
        if not file.is_file():
            raise Broken(f"includes {path}, which is not there")
        text = file.read_text()
        if anchor:
            found = re.search(rf"ANCHOR: {anchor}\b[^\n]*\n(.*?)[^\n]*ANCHOR_END: {anchor}\b", text, re.DOTALL)
            if not found:
                raise Broken(f"includes {anchor} of {path}, which has no such anchor")
            text = found[1]
        return text

    return INCLUDE.sub(included, document.read_text())


def anchors(text: str) -> set[str]:
    """The anchors of headings, as GitHub and mdBook name them, and those that are written."""
    found: set[str] = set(re.findall(r'<a id="([\w-]+)">', text))
    for heading in re.findall(r"^#{1,6} (.*)$", FENCE.sub("", text), re.MULTILINE):
        words = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", words.strip().lower()).replace(" ", "-")
        number = 0
        while (name := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(name)
    return found


def wrong_in_sources() -> Iterator[str]:
    documents = sorted({path for pattern in DOCUMENTS for path in ROOT.glob(pattern)})
    pages = {(BOOK / link).resolve() for link in LINK.findall((BOOK / "SUMMARY.md").read_text())}
    for document in documents:
        name = document.relative_to(ROOT)
        try:
            text = text_of(document)
            for link in LINK.findall(CODE.sub("", FENCE.sub("", text))):
                if fault := fault_of(document, text, link):
                    yield f"{name}: {fault}"
        except Broken as fault:
            yield f"{name}: {fault}"
        if document.is_relative_to(BOOK) and document.name != "SUMMARY.md" and document not in pages:
            yield f"{name}: not in SUMMARY.md"


def fault_of(document: Path, text: str, link: str) -> str | None:
    parts = urlsplit(link)
    if parts.scheme or parts.netloc:
        return None
    target = document.parent / unquote(parts.path) if parts.path else document
    if not target.exists():
        return f"leads to {link}, which is not there"
    if document.is_relative_to(BOOK) and not target.resolve().is_relative_to(BOOK) and not target.is_symlink():
        return f"leads to {link}, which is not in the book"
    if parts.fragment:
        there = text if target == document else text_of(target)
        if parts.fragment not in anchors(there):
            return f"leads to {link}, which has no such anchor"
    return None


class Page(HTMLParser):
    """The ids of a page, and where it leads."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.add(value)
            if name in ("href", "src") and value:
                self.links.add(value)


def wrong_in_site(site: Path) -> Iterator[str]:
    # these two are of no place of their own: their links are relative to the root of a server
    files = [path for path in site.rglob("*.html") if path.name not in ("404.html", "toc.html")]
    pages = {path.resolve(): Page(path.read_text()) for path in files}
    if not pages:
        yield f"{site}: no pages"
    for path, page in pages.items():
        for link in sorted(page.links):
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            if not target.exists():
                yield f"{path.relative_to(site)}: leads to {link}, which is not there"
            elif parts.fragment and target in pages and unquote(parts.fragment) not in pages[target].ids:
                yield f"{path.relative_to(site)}: leads to {link}, which has no such id"


def main(arguments: list[str]) -> int:
    if len(arguments) > 1:
        print(__doc__, file=sys.stderr)
        return 2
    wrong = list(wrong_in_site(Path(arguments[0]).resolve()) if arguments else wrong_in_sources())
    print(*wrong, sep="\n", end="\n" if wrong else "", file=sys.stderr)
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

"""What a page holds, for tests of pages: open elements, pictures told in words, cells and their headings."""

from __future__ import annotations

from html.parser import HTMLParser

_EMPTY = ("meta", "path", "use", "br", "rect", "link", "input")


class Balance(HTMLParser):
    """Which elements are open; a page that is put together wrongly does not close them all."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.labels: list[str] = []
        self.headings: list[str] = []
        self.unscoped = 0
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _EMPTY:
            self.open.append(tag)
        if tag == "svg":
            self.labels.append(dict(attrs).get("aria-label") or "")
        if tag in ("h1", "h2", "h3"):
            self.headings.append(tag)
        self.unscoped += tag == "th" and "scope" not in dict(attrs)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        pass

    def handle_endtag(self, tag: str) -> None:
        if tag not in _EMPTY:
            assert self.open.pop() == tag

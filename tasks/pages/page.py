"""A page from a template that fills the shared skeleton."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, PrefixLoader, StrictUndefined


def page(package: str, **values: Any) -> str:
    """The HTML of a package's `page.html.j2`, which extends `pages/skeleton.html.j2`. All text is escaped."""
    loader = PrefixLoader({"pages": PackageLoader(__package__, "")})
    environment = Environment(
        loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = (files(package) / "page.html.j2").read_text(encoding="utf-8")
    return environment.from_string(template).render(**values)

"""`callarchive review`: the review app, served from this machine."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from flows.cli.options import Lake
from flows.cli.output import say
from tasks.errors import SettingsError
from tasks.settings import load_settings


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("review")(review)


def review(
    host: Annotated[str, typer.Option(help="Address to listen at.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=1, max=65535)] = 8321,
    tls_certificate: Annotated[Path | None, typer.Option(help="PEM file; needed for other hosts.")] = None,
    tls_key: Annotated[Path | None, typer.Option(help="PEM file of its key.")] = None,
    public_url: Annotated[
        str | None, typer.Option(help="How browsers reach it through a proxy: https://review.example.com")
    ] = None,
    proxy_address: Annotated[
        str | None, typer.Option(help="Serve this reverse proxy alone: IP addresses or networks.")
    ] = None,
    behind_proxy: Annotated[
        str | None,
        typer.Option(metavar="HEADER", help="That proxy signs people in and names them in this header."),
    ] = None,
    lake: Lake = None,
) -> None:
    """Serve the review app: people check and correct what was redacted. Ctrl-C ends it.

    It listens on this machine only, unless TLS or a reverse proxy is named (docs/review.md). Accounts are
    made by `callarchive reviewers add`.

    Example: callarchive review --lake ./lake
    """
    from flows.review.app import serve  # noqa: PLC0415  (help needs no web server)

    settings = load_settings(
        lake=lake,
        review_public_url=public_url,
        review_proxy_address=proxy_address,
        review_proxy_header=behind_proxy,
    )
    if (tls_certificate is None) != (tls_key is None):
        raise SettingsError("TLS takes both: --tls-certificate and --tls-key")
    serve(settings, host, port, (tls_certificate, tls_key) if tls_certificate and tls_key else None, say)

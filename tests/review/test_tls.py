"""The app with a certificate: HTTPS and nothing else."""

from __future__ import annotations

import ssl
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from review_app import ReviewApp
from served_app import asked, asked_or_nothing, serving
from servers import free_port

from flows.review.app import server_of
from flows.review.place import place_of
from tasks.errors import SettingsError

if TYPE_CHECKING:
    from pathlib import Path

    from review_app import HostileLake


@pytest.fixture
def tls(tmp_path: Path) -> tuple[Path, Path]:
    """A certificate of 127.0.0.1, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    paths = tmp_path / "certificate.pem", tmp_path / "key.pem"
    paths[0].write_bytes(certificate.public_bytes(pem))
    paths[1].write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    return paths


def test_with_a_certificate_it_speaks_https_and_nothing_else(
    hostile: HostileLake, tmp_path: Path, tls: tuple[Path, Path]
) -> None:
    place = place_of("127.0.0.1", free_port(), tls)
    review = ReviewApp.at(hostile, tmp_path, place)
    trusting = ssl.create_default_context(cafile=tls[0])
    context = server_of(review.app, place).config.ssl
    assert context is not None
    assert context.minimum_version >= ssl.TLSVersion.TLSv1_2
    with serving(review, place):
        request = f"GET /sign-in HTTP/1.1\r\nhost: 127.0.0.1:{place.port}\r\nconnection: close\r\n\r\n"
        answer = asked(place.port, request, trusting)
        assert b"strict-transport-security: max-age=31536000" in answer
        assert answer.startswith(b"HTTP/1.1 200")
        assert b"HTTP/1.1" not in asked_or_nothing(place.port, request)


def test_files_that_are_no_certificate_are_refused_in_a_line(review: ReviewApp, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    with pytest.raises(SettingsError, match="TLS does not work"):
        server_of(review.app, place_of("127.0.0.1", 8321, (wrong, wrong)))

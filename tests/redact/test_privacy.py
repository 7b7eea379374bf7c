from __future__ import annotations

import logging
import socket
from typing import TYPE_CHECKING

import presidio_analyzer.pattern_recognizer
import pytest
from talk import talk

from tasks.errors import CheckFailed
from tasks.find_pii import find_pii
from tasks.redact import detection
from tasks.redact.rules import Rules, load_rules

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUES = ("4111", "zanzibar", "quimby", "8675309")
CALL = talk(
    "a: your name and e-mail",
    "c: my name is Quimby and it's zanzibar@quimby.example.com card 4111 1111 1111 1111 phone 415 8675309",
)


@pytest.fixture
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(detection, "_built", {})
    return


@pytest.mark.usefixtures("fresh")
def test_detection_opens_no_socket(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a socket was opened")

    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    monkeypatch.setattr(socket.socket, "connect", refuse)
    assert {"EMAIL", "CARD_NUMBER"} <= {finding.entity for finding in find_pii(CALL, load_rules())}


@pytest.mark.usefixtures("fresh")
def test_no_value_is_logged_even_at_debug(caplog: pytest.LogCaptureFixture) -> None:
    for name in ("", "presidio-analyzer", "tldextract"):
        caplog.set_level(logging.DEBUG, logger=name)
    find_pii(CALL, load_rules())
    assert not [value for value in VALUES if value in caplog.text.lower()]


def test_a_pattern_that_runs_out_of_time_fails_the_call(
    rules: Rules, monkeypatch: pytest.MonkeyPatch
) -> None:
    find_pii(CALL, rules)
    monkeypatch.setattr(presidio_analyzer.pattern_recognizer, "REGEX_TIMEOUT_SECONDS", 1e-9)
    long_call = talk("c: " + "so i said to him the thing is me@home and so on " * 3000)
    with pytest.raises(CheckFailed, match="TimeoutError"):
        find_pii(long_call, rules)


def test_an_error_message_holds_no_value(rules: Rules, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ValueError(" ".join(VALUES))

    monkeypatch.setattr("tasks.redact.detection.read_script", broken)
    with pytest.raises(CheckFailed) as caught:
        find_pii(CALL, rules)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None
    assert not [value for value in VALUES if value in str(caught.value)]

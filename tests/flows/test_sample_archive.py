"""Bundled calls through the real command line: the real model, the real Prefect, in a home of their own."""

from __future__ import annotations

import json
import re
import stat
from typing import TYPE_CHECKING, Any

import no_network
import pyarrow.parquet as pq
import pytest
from jiwer import wer
from sample_lake import SAMPLE_CALLS
from short_recordings import gold

from tasks.answers import AnswerStore, without_receipt
from tasks.files.local import LocalFiles
from tasks.keys import load_keyring

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sample_lake import SampleLake

    Ask = Callable[[Path, str], list[dict[str, Any]]]

LANDED = ("call-0001", "call-0009", "call-0010", "call-0011", "call-0013", "call0012")
"""What should land of SAMPLE_CALLS."""


@pytest.fixture(scope="module")
def calls(sample_lake: SampleLake, ask_lake: Ask) -> dict[str, dict[str, Any]]:
    return {row["call_id"]: row for row in ask_lake(sample_lake.lake, "select * from calls")}


def test_every_file_ends_as_it_should(sample_lake: SampleLake) -> None:
    facts = sample_lake.said.json
    assert sample_lake.said.code == 3
    assert (facts["found"], facts["landed"], facts["quarantined"]) == (len(SAMPLE_CALLS), len(LANDED), 2)
    assert (facts["skipped"], facts["failed"], facts["cache_hits"]) == (0, 0, 0)
    reasons = " ".join(one["reason"] for one in facts["troubled"])
    assert "truncated" in reasons
    assert "not a sound recording but text" in reasons


def test_the_calls_are_there_with_what_the_archive_says(calls: dict[str, dict[str, Any]]) -> None:
    assert set(calls) == set(LANDED)
    named = calls["call0012"]
    assert (named["agent_id"], named["queue"], str(named["call_date"])) == (
        "agent07",
        "billing",
        "2026-03-11",
    )
    assert named["customer_key"] is None
    assert re.fullmatch(r"[0-9a-f]{32}", calls["call-0001"]["customer_key"])


@pytest.mark.parametrize("call_id", LANDED)
def test_channels_are_judged_as_they_are(calls: dict[str, dict[str, Any]], call_id: str) -> None:
    assert calls[call_id]["channel_verdict"] == gold(call_id)["verdict"]


def test_what_is_on_both_channels_is_transcribed_and_billed_once(calls: dict[str, dict[str, Any]]) -> None:
    dual = calls["call-0010"]
    assert dual["channel_count"] == 2
    assert dual["billed_ms"] < dual["duration_ms"] * 1.1


def test_swapped_channels_are_doubted(calls: dict[str, dict[str, Any]]) -> None:
    assert "swapped" in calls["call-0013"]["speaker_doubt"]
    assert calls["call-0001"]["speaker_doubt"] is None


@pytest.mark.parametrize("call_id", ["call-0001", "call0012"])
def test_what_was_said_is_what_the_gold_says(sample_lake: SampleLake, ask_lake: Ask, call_id: str) -> None:
    """Both sides, with what was redacted left out on both."""
    heard = ask_lake(
        sample_lake.lake,
        f"select channel, word from words where call_id = '{call_id}' and entity is null",
    )
    stated = gold(call_id)
    personal = {
        (one["utterance"], at) for one in stated["pii"] for at in range(one["start_word"], one["end_word"])
    }
    for channel in (0, 1):
        said = [
            word
            for number, utterance in enumerate(stated["utterances"])
            for at, word in enumerate(utterance["words"])
            if utterance["channel"] == channel and (number, at) not in personal
        ]
        rate = wer(_plain(said), _plain([row["word"] for row in heard if row["channel"] == channel]))
        assert rate < 0.15, channel


def test_the_card_number_is_taken_out_of_words_and_turns(sample_lake: SampleLake, ask_lake: Ask) -> None:
    found = ask_lake(
        sample_lake.lake,
        "select entity, sum(end_word - start_word)::int as words from redactions "
        "where call_id = 'call-0001' group by all",
    )
    assert {row["entity"]: row["words"] for row in found}["CARD_NUMBER"] >= 8
    turns = ask_lake(sample_lake.lake, "select text from turns where call_id = 'call-0001'")
    assert any("[CARD_NUMBER]" in turn["text"] for turn in turns)


def test_the_lake_keeps_its_promises(
    sample_lake: SampleLake, broken_checks: Callable[[Path], list[str]]
) -> None:
    assert broken_checks(sample_lake.lake) == []


def test_nothing_tried_to_leave_this_machine(sample_lake: SampleLake) -> None:
    assert no_network.REPORT
    assert not (sample_lake.home / "sockets-tried").exists()


def test_no_library_prepares_to_report_to_its_maker(sample_lake: SampleLake) -> None:
    assert not list(sample_lake.home.rglob("deviceid"))


def test_keys_and_answers_are_for_their_owner_only(sample_lake: SampleLake) -> None:
    key_file = sample_lake.home / ".config" / "callarchive" / "keys.json"
    assert stat.S_IMODE(key_file.stat().st_mode) == 0o600
    assert stat.S_IMODE(sample_lake.lake.stat().st_mode) == 0o700


def _plain(words: list[str]) -> str:
    return " ".join(re.sub(r"[^a-z0-9 ]", "", " ".join(words).lower()).split())


def _needles() -> set[str]:
    """The personal data of the landed calls as patterns: as digits, as spoken, and names by their parts."""
    needles: set[str] = set()
    for call_id in LANDED:
        stated = gold(call_id)
        for one in stated["pii"]:
            words = stated["utterances"][one["utterance"]]["words"][one["start_word"] : one["end_word"]]
            spoken = _plain(words)
            digits = re.sub(r"\D", "", one["value"])
            if len(digits) > 5:
                needles.add(r"[ -]?".join(digits))
                needles |= {r"[ -]?".join(digits[at : at + 8]) for at in range(0, len(digits) - 7, 4)}
            if len(spoken.split()) > 3:
                needles.add(r"[ ,.]+".join(spoken.split()))
            if one["entity"] == "PERSON":
                needles |= {part for part in spoken.split() if len(part) > 5}
            if "@" in one["value"]:
                needles.add(re.escape(one["value"]))
    return needles


NEEDLES = sorted(_needles())
PATTERN = re.compile(rf"(?<![a-z0-9])({'|'.join(NEEDLES)})(?![a-z0-9])", re.IGNORECASE)


def _written(sample_lake: SampleLake) -> Iterator[tuple[str, str]]:
    """Every byte that the run has written anywhere, Parquet decoded, and every file's name."""
    yield "stdout", sample_lake.said.out
    yield "stderr", sample_lake.said.err
    for path in sample_lake.home.rglob("*"):
        name = str(path.relative_to(sample_lake.home))
        yield "name", name
        if not path.is_file():
            continue
        content = path.read_bytes()
        yield name, content.decode("latin-1")
        yield name, content.decode("utf-16-le", "ignore")
        if path.suffix == ".parquet":
            rows = pq.read_table(path)
            yield name, json.dumps(rows.to_pylist(), default=str)
            yield name, "\n".join(" ".join(map(str, column.to_pylist())) for column in rows.columns)


def test_what_is_looked_for_was_heard(sample_lake: SampleLake) -> None:
    """The next test could not fail if the engine had not written these down in its answers."""
    ring = load_keyring(sample_lake.home / ".config" / "callarchive" / "keys.json")
    store = AnswerStore(LocalFiles(sample_lake.lake / "answers"), ring)
    heard = []
    for path in (sample_lake.lake / "answers").rglob("*"):
        answer = store.get(path.name) if path.is_file() else None
        if answer:
            words = [
                word["word"]
                for segment in json.loads(without_receipt(answer)[1])["segments"]
                for word in segment["words"]
            ]
            heard.append(" ".join(word.strip() for word in words))
    found = {match.lower() for text in heard for match in PATTERN.findall(text)}
    assert len(found) >= 3
    assert {"robert", "ellison"} & found


def test_no_personal_data_is_left_anywhere(sample_lake: SampleLake) -> None:
    leaks = {(name, match) for name, text in _written(sample_lake) for match in PATTERN.findall(text)}
    assert leaks == set()


def test_prefect_was_talkative_enough_for_that_to_mean_something(sample_lake: SampleLake) -> None:
    assert "DEBUG" in sample_lake.said.err
    assert list(sample_lake.home.rglob("prefect.db*"))

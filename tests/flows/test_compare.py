"""`callarchive compare`, from recordings and references to scores in the lake and a report."""

from __future__ import annotations

import json
import re
import shutil
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import pytest
from command_line import Said, run_command
from short_recordings import ARCHIVE, write_calls

from tasks.engines.registry import HOSTED
from tasks.stand_in import Desk, HeardWord, StandIn, canned

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]

GOLD = ARCHIVE.parent / "gold"
CALLS = ("call-0008", "call-0009")
NONSENSE = ("blorptang", "quizzlewick", "framboolery", "snorvexal")


@dataclass(frozen=True)
class BakeOff:
    """Two sample calls, compared with the real model behind both engines."""

    home: Path
    said: Said
    report: str

    @property
    def lake(self) -> Path:
        return self.home / "lake"

    def engine(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = self.said.json["engines"][name]
        return found


@pytest.fixture(scope="module")
def bake_off(tmp_path_factory: pytest.TempPathFactory) -> BakeOff:
    home, archive = tmp_path_factory.mktemp("bake-off"), tmp_path_factory.mktemp("two-calls")
    for path in ARCHIVE.iterdir():
        if path.stem in CALLS:
            shutil.copy2(path, archive)
    arguments = ["compare", archive, "--references", GOLD, "--engines", "local,deepgram", "--stand-in"]
    said = run_command(*arguments, "--lake", home / "lake", "-o", home / "report.html", "--json", home=home)
    return BakeOff(home, said, (home / "report.html").read_text())


def test_both_engines_are_scored_on_the_same_calls(bake_off: BakeOff) -> None:
    assert (bake_off.said.code, bake_off.said.json["recordings"]) == (0, 2)
    for name in ("local", "deepgram"):
        engine = bake_off.engine(name)
        assert 0 <= engine["wer"] < 0.1
        assert engine["words"] > 200
        assert engine["wer_low"] <= engine["wer"] <= engine["wer_high"]
        assert set(engine["speakers"]) == {"agent", "customer"}
        assert engine["word_time_error_ms"] < 200
        assert engine["unheard_speech"] < 0.1
        assert engine["pii_recall"] >= 0.8
        assert 0 < engine["calibration_error"] < 0.5
    assert bake_off.said.json["intervals"]["resampled"] == "utterances"


def test_what_the_stand_in_played_is_marked(bake_off: BakeOff, ask_lake: Ask) -> None:
    assert bake_off.said.json["stand_in"] is True
    assert bake_off.said.json["statements"][0].startswith("These are not the vendors' results: deepgram")
    assert "rtf" in bake_off.engine("local")
    assert "rtf" not in bake_off.engine("deepgram")
    assert bake_off.engine("deepgram")["usd_per_audio_hour"] > 0
    rows = ask_lake(bake_off.lake, "select distinct engine, stand_in from engine_scores order by 1")
    assert rows == [{"engine": "deepgram", "stand_in": True}, {"engine": "local", "stand_in": False}]


def test_every_score_is_in_the_lake(bake_off: BakeOff, ask_lake: Ask) -> None:
    rows = ask_lake(
        bake_off.lake,
        "select engine, model, speaker, criterion, value, low, high, resampled, sample_size, unit "
        f"from engine_scores where comparison_id = '{bake_off.said.json['comparison_id']}'",
    )
    stored = {(row["engine"], row["speaker"], row["criterion"]): row for row in rows}
    assert len(stored) == len(rows)
    for name in ("local", "deepgram"):
        engine, row = bake_off.engine(name), stored[name, None, "wer"]
        assert (row["value"], row["low"], row["sample_size"]) == (
            engine["wer"],
            engine["wer_low"],
            engine["words"],
        )
        assert (row["unit"], row["resampled"], row["model"]) == ("share", "utterances", engine["model"])
        assert stored[name, "agent", "wer"]["value"] == engine["speakers"]["agent"]["wer"]
        assert stored[name, None, "usd_per_audio_hour"]["unit"] == "USD/hour"


def test_the_report_needs_nothing_else_and_quotes_nobody(bake_off: BakeOff) -> None:
    assert len(bake_off.report) < 1_000_000
    assert bake_off.report.count("<svg") == 4
    assert not re.search(r"""(?:src|href)\s*=\s*["'](?!#)|@import|url\((?!#)|<script""", bake_off.report)
    assert "These are not the vendors" in bake_off.report
    assert f"{bake_off.engine('local')['wer']:.1%}" in bake_off.report
    shown = " ".join(re.findall(r"\w+", (bake_off.report + bake_off.said.out + bake_off.said.err).lower()))
    spoken = [said for path in GOLD.glob("call-000[89].json") for said in _three_words_in_a_row(path)]
    assert len(spoken) > 100
    assert not [said for said in spoken if said in shown]


def _three_words_in_a_row(gold: Path) -> list[str]:
    said = [
        re.sub(r"\W", "", word).lower()
        for one in json.loads(gold.read_text())["utterances"]
        for word in one["words"]
    ]
    return [" ".join(three) for three in zip(said, said[1:], said[2:], strict=False)]


def nonsense(pcm: bytes) -> list[HeardWord]:
    """Words for a sound that no text about speech engines has."""
    return [
        replace(word, text=NONSENSE[(len(word.text) + place) % len(NONSENSE)])
        for place, word in enumerate(canned(pcm))
    ]


def settings_for(vendor: StandIn, *names: str) -> dict[str, str]:
    """The environment in which these engines are asked at the stand-in, as if it were the vendor."""
    urls = ",".join(f"{name}={vendor.base_url(name)}" for name in names)
    return {HOSTED[name].KEY_NAME: vendor.key for name in names} | {"CALLARCHIVE_ENGINE_URL": urls}


@pytest.fixture(scope="module")
def vendor() -> Iterator[StandIn]:
    with StandIn(Desk(hear=nonsense)) as running:
        yield running


@pytest.fixture
def hosted(vendor: StandIn) -> dict[str, str]:
    vendor.desk.forget()
    vendor.desk.hear = nonsense
    return settings_for(vendor, "deepgram")


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    write_calls(folder, 3, length_s=4)
    return folder


def _compare(warm: WarmCommandLine, calls: Path, *more: str | Path, **env: str) -> Said:
    said = warm("compare", calls, "--lake", calls.parent / "lake", *more, **env)
    assert not [word for word in (*NONSENSE, Desk().key) if word in (said.out + said.err).lower()]
    return said


def test_a_second_comparison_pays_nothing_and_says_so(
    warm: WarmCommandLine, vendor: StandIn, hosted: dict[str, str], calls: Path, ask_lake: Ask
) -> None:
    first = _compare(warm, calls, "--engines", "local,deepgram", "--json", **hosted)
    assert first.code == 0
    sent = len(vendor.desk.seen)
    assert sent >= 3
    second = _compare(warm, calls, "--engines", "deepgram", "--json", **hosted)
    assert len(vendor.desk.seen) == sent
    assert f"{sent} answers came from the store" in " ".join(second.json["statements"])
    cost = [one.json["engines"]["deepgram"]["usd_per_audio_hour"] for one in (first, second)]
    assert cost[0] == cost[1] > 0
    paid = ask_lake(
        calls.parent / "lake",
        "select count(*) as n, count(distinct usage_id) as ids, sum(cost_usd) as usd from engine_usage "
        "where engine = 'deepgram' and cost_usd > 0",
    )[0]
    assert (paid["n"], paid["ids"]) == (sent, sent)


def test_what_the_stand_in_says_is_neither_kept_nor_booked(
    warm: WarmCommandLine, calls: Path, ask_lake: Ask
) -> None:
    for _ in range(2):
        said = _compare(warm, calls, "--engines", "local,deepgram", "--stand-in", "--json")
        assert said.code == 0
    usage = ask_lake(calls.parent / "lake", "select engine, cache_hit from engine_usage")
    assert {row["engine"] for row in usage} == {"local"}
    from_store = next(one for one in said.json["statements"] if "came from the store" in one)
    assert int(from_store.split()[0]) == sum(row["cache_hit"] for row in usage) > 0


def test_without_references_people_are_shown_who_agrees(
    warm: WarmCommandLine, hosted: dict[str, str], calls: Path
) -> None:
    said = _compare(warm, calls, "--engines", "local,deepgram", "--limit", "2", **hosted)
    assert said.code == 0
    assert "2 recordings" in said.out
    assert "nobody can say who is right" in said.out
    assert "local and deepgram differ in" in said.out
    assert "1 recording not scored: beyond --limit." in said.out
    assert "words on silence" in said.out
    assert "word error rate" not in said.out
    assert max(len(line) for line in said.out.splitlines() if "deepgram" in line and "%" not in line) <= 140


def test_an_engine_that_fails_is_told_and_the_others_are_scored(
    warm: WarmCommandLine, vendor: StandIn, hosted: dict[str, str], calls: Path
) -> None:
    (calls / "short-0.txt").write_text("thanks for calling\n")
    vendor.desk.key = "another-key"
    said = _compare(warm, calls, "--references", calls, "--engines", "local,deepgram", "--json", **hosted)
    assert said.code == 10
    engines = said.json["engines"]
    assert (engines["deepgram"]["failures"], engines["deepgram"]["wer"]) == (1, None)
    assert engines["local"]["words"] == 3
    assert "check the key" in next(iter(engines["deepgram"]["failed_because"]))
    assert said.json["left_out"] == {"no reference": 2}


def test_an_engine_that_takes_no_vocabulary_is_compared_without_it(
    warm: WarmCommandLine, vendor: StandIn, hosted: dict[str, str], calls: Path
) -> None:
    terms = calls.parent / "terms.txt"
    terms.write_text("line is bad\n")
    (calls / "short-0.txt").write_text("the line is bad today\n")
    env = hosted | settings_for(vendor, "deepgram", "pulse") | {"CALLARCHIVE_KEYTERMS_FILE": str(terms)}
    said = _compare(warm, calls, "--references", calls, "--engines", "deepgram,pulse", "--json", **env)
    assert said.code == 0
    assert {name: one["term_error_rate"] for name, one in said.json["engines"].items()} == {
        "deepgram": 1.0,
        "pulse": 1.0,
    }
    assert said.json["engines"]["pulse"]["notes"]
    assert not said.json["engines"]["deepgram"]["notes"]
    assert "keyterm=" in vendor.desk.requests("deepgram")[0].query


@pytest.mark.parametrize(
    ("more", "said"),
    [
        (["--engines", "nobody"], "there is no engine"),
        (["--engines", "local,local"], "named twice"),
        (["--engines", "deepgram,deepgram:nova-3"], "in the comparison twice"),
        (["--engines", "openai"], "needs a key: set OPENAI_API_KEY"),
        (["--engines", "local", "--references", "nowhere"], "no folder"),
        (["--engines", "local", "--references", "empty"], "matched by name"),
        (["--engines", "local", "--references", "broken"], "reference short-1.vtt: line 1"),
        (["--engines", "local", "-o", "nowhere/report.html"], "no folder for the report"),
    ],
)
def test_what_is_wrong_is_told_in_a_line(
    warm: WarmCommandLine, hosted: dict[str, str], calls: Path, more: list[str], said: str
) -> None:
    (calls.parent / "empty").mkdir()
    (calls.parent / "broken").mkdir()
    (calls.parent / "broken" / "short-1.vtt").write_text("quizzlewick\n")
    placed = [str(calls.parent / one) if one in ("empty", "broken", "nowhere") else one for one in more]
    answer = _compare(warm, calls, *placed, **hosted)
    assert answer.code == 2
    assert said in " ".join(answer.err.split())
    assert "Traceback" not in answer.err


def test_a_broken_recording_takes_no_part(warm: WarmCommandLine, hosted: dict[str, str], calls: Path) -> None:
    (calls / "broken.wav").write_bytes(b"no sound at all")
    said = _compare(warm, calls, "--engines", "local", "--json")
    assert (said.code, said.json["recordings"], said.json["quarantined"]) == (3, 3, 1)


def test_a_comparison_leaves_the_ledger_alone(warm: WarmCommandLine, calls: Path, ask_lake: Ask) -> None:
    assert _compare(warm, calls, "--engines", "local", "--json").code == 0
    lake = calls.parent / "lake"
    assert ask_lake(lake, "select * from recordings") == []
    assert ask_lake(lake, "select * from words") == []
    before = warm.fetched()
    assert warm("ingest", calls, "--lake", lake, "--json").json["landed"] == 3
    assert warm.fetched() == before  # what the comparison heard need not be heard again

"""Search and rules on the command line, over calls that were landed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from finished_calls import NOON, finished_call, landed_row, spoken

from tasks import run_rules as run_rules_step
from tasks.lake.catalog import Lake, reading, writing
from tasks.land import Landing, land
from tasks.rules.rules_file import load_rules, parse_rules
from tasks.run_rules import run_rules
from tasks.schemas import Finding
from tasks.search import Search, search

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from command_line import WarmCommandLine

    from tasks.rows import FinishedCall

    Ask = Callable[[Path, str], list[dict[str, Any]]]

RULES = """
rules:
  card: {about: A card is read out., when: {say: ["[CARD_NUMBER]"], speaker: customer}}
  no_thanks: {about: The agent does not say thanks., when: {not: {say: [thank you], speaker: agent}}}
"""


def _call(call_id: str, agent: str, started_at: datetime | None = NOON) -> FinishedCall:
    said = {1: spoken(agent, 0, 1), 0: spoken("my card four one one one please", 5_000, 0)}
    first = len(agent.split()) + 2
    card = Finding("CARD_NUMBER", first, first + 4, 0.99, "auto", "made up")
    return finished_call(call_id, words=said, findings=(card,), started_at=started_at)


@pytest.fixture
def lake(tmp_path: Path) -> Path:
    return _landed(
        tmp_path / "lake",
        _call("oldest", "thank you for calling how can i help", NOON - timedelta(days=2)),
        _call("newer", "how may i really help you", NOON),
        _call("newest", "How, can I help? how can i help", NOON + timedelta(hours=1)),
        _call("undated", "how can i help", None),
    )


def _landed(folder: Path, *calls: FinishedCall) -> Path:
    place = Lake.at(str(folder))
    with writing(place) as connection:
        land(connection, place, Landing([(call, landed_row(call)) for call in calls], [], []))
    return folder


def test_search_shows_the_newest_call_first_with_its_facts(warm: WarmCommandLine, lake: Path) -> None:
    found = warm("search", "HOW can I help", "--lake", lake, "--json").json
    assert [hit["call_id"] for hit in found["hits"]] == ["newest", "newest", "oldest", "undated"]
    first = found["hits"][0]
    assert (first["words"], first["words_before"], first["words_after"][:11]) == (
        "How, can I help?",
        None,
        "how can i h",
    )
    assert (first["start_ms"], first["end_ms"], first["speaker"]) == (0, 1180, "agent")
    assert (first["agent_id"], first["queue"], first["call_date"]) == ("agent-7", "billing", "2026-03-02")
    assert found["more"] is False


@pytest.mark.parametrize(
    ("more", "calls"),
    [
        (("--limit", "1"), ["newest"]),
        (("--since", "2026-03-01"), ["newest", "newest"]),
        (("--until", "2026-03-01"), ["oldest"]),
        (("--speaker", "customer"), []),
        (("--slop", "1"), ["newest", "newest", "oldest", "undated"]),
    ],
)
def test_search_is_narrowed(
    warm: WarmCommandLine, lake: Path, more: tuple[str, ...], calls: list[str]
) -> None:
    found = warm("search", "how can i help", "--lake", lake, "--json", *more).json
    assert [hit["call_id"] for hit in found["hits"]] == calls
    assert found["more"] == ("--limit" in more)


def test_search_allows_words_in_between(warm: WarmCommandLine, lake: Path) -> None:
    found = warm("search", "how may i help", "--slop", "1", "--lake", lake, "--json").json
    assert [hit["words"] for hit in found["hits"]] == ["how may i really help"]


def test_search_finds_what_was_redacted_by_its_mark(warm: WarmCommandLine, lake: Path) -> None:
    shown = warm("search", "card [CARD_NUMBER]", "--lake", lake).out
    assert "card [CARD_NUMBER]" in shown
    assert "oldest 00:05  2026-02-28  billing  agent-7  customer" in shown
    assert shown.rstrip().endswith("4 places.")


@pytest.mark.parametrize(
    ("phrase", "says"),
    [("help can", "not one after another"), ("zebra", "Not said"), ("...", "Not said")],
)
def test_search_says_what_to_try_when_nothing_is_found(
    warm: WarmCommandLine, lake: Path, phrase: str, says: str
) -> None:
    said = warm("search", phrase, "--lake", lake)
    assert said.code == 0
    assert says in said.out


def test_search_takes_no_phrase_with_a_long_pause_inside(tmp_path: Path) -> None:
    thanks = spoken("thank you", 0, 1)
    calls = [
        finished_call(str(start_ms), words={1: thanks + spoken("anna", start_ms, 1)}, findings=())
        for start_ms in (2_580, 2_581)
    ]
    with reading(Lake.at(str(_landed(tmp_path / "lake", *calls)))) as connection:
        found = search(connection, Search("thank you anna"))
    assert [hit["call_id"] for hit in found.hits] == ["2580"]


def test_search_goes_through_all_blocks(lake: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.search._FIRST_CALLS", 1)
    monkeypatch.setattr("tasks.search._MORE_DAYS", 1)
    with reading(Lake.at(str(lake))) as connection:
        found = search(connection, Search("how can i help"))
    assert [hit["call_id"] for hit in found.hits] == ["newest", "newest", "oldest", "undated"]


def test_rules_are_run_kept_and_run_again(warm: WarmCommandLine, lake: Path, ask_lake: Ask) -> None:
    rules = lake.parent / "rules.yaml"
    rules.write_text(RULES)
    ran = warm("rules", "run", "--rules", rules, "--lake", lake, "--json").json
    assert ran["matches"] == {"card": 4, "no_thanks": 3}
    assert (ran["calls"], ran["words"]) == (4, 54)
    hits = ask_lake(lake, "select * from rule_hits where call_id = 'newest' order by rule, place")
    assert [(hit["rule"], hit["place"], hit["words"], hit["start_ms"]) for hit in hits] == [
        *[("card", place + 1, "[CARD_NUMBER]", 5_600 + 300 * place) for place in range(4)],
        ("no_thanks", 1, None, None),
    ]
    assert warm("rules", "run", "--rules", rules, "--lake", lake, "--json").json["matches"] == ran["matches"]
    assert ask_lake(lake, "select count(*) as n from rule_hits") == [{"n": 4 * 4 + 3}]
    assert ask_lake(lake, "select distinct rules_hash from rule_runs") == [{"rules_hash": ran["rules_hash"]}]


def test_many_hits_lie_in_a_file_and_stay_there_when_rules_run_again(
    lake: Path, ask_lake: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_rules_step, "_CATALOG_ROWS", 3)
    place, rules = Lake.at(str(lake)), parse_rules(RULES, "here")
    run_rules(place, rules, None, None)
    kept = _hits(ask_lake, lake)
    assert len(_files_of_hits(lake)) == 1
    with writing(place) as connection:
        connection.execute("update stored.rule_hits set words = 'other' where place = 2")
        connection.execute("delete from stored.rule_hits where call_id = 'oldest'")
    run_rules(place, rules, None, None)
    assert _hits(ask_lake, lake) == kept


def test_hits_that_cannot_be_kept_leave_no_file(
    lake: Path, ask_lake: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*_: object) -> None:
        raise OSError("no room")

    monkeypatch.setattr(run_rules_step, "_CATALOG_ROWS", 3)
    monkeypatch.setattr(run_rules_step, "register", no_room)
    with pytest.raises(OSError, match="no room"):
        run_rules(Lake.at(str(lake)), parse_rules(RULES, "here"), None, None)
    assert (_hits(ask_lake, lake), _files_of_hits(lake)) == ([], [])


def _hits(ask_lake: Ask, lake: Path) -> list[dict[str, Any]]:
    return ask_lake(lake, "select * from rule_hits order by all")


def _files_of_hits(lake: Path) -> list[Path]:
    return list((lake / "data" / "main" / "rule_hits").rglob("*.parquet"))


def test_hits_go_when_their_call_lands_again(warm: WarmCommandLine, lake: Path, ask_lake: Ask) -> None:
    rules = lake.parent / "rules.yaml"
    rules.write_text(RULES)
    warm("rules", "run", "--rules", rules, "--lake", lake)
    place, call = Lake.at(str(lake)), _call("newest", "thank you")
    with writing(place) as connection:
        land(connection, place, Landing([(call, landed_row(call))], [], []))
    assert ask_lake(lake, "select count(*) as n from rule_hits where call_id = 'newest'") == [{"n": 0}]
    warm("rules", "run", "--rules", rules, "--lake", lake)
    assert ask_lake(lake, "select distinct rule from rule_hits where call_id = 'newest'") == [
        {"rule": "card"}
    ]


def test_two_versions_are_compared_by_file_and_by_hash(warm: WarmCommandLine, lake: Path) -> None:
    old, new = lake.parent / "old.yaml", lake.parent / "new.yaml"
    old.write_text(RULES)
    new.write_text(RULES.replace("thank you", "how may i").replace("card:", "card_read:"))
    ran = warm("rules", "run", "--rules", old, "--lake", lake, "--json").json
    for named in (old, ran["rules_hash"]):
        said = warm("rules", "diff", named, new, "--lake", lake, "--json").json
        changes = {change.pop("rule"): change for change in said["changes"]}
        assert said["old"] == ran["rules_hash"]
        assert changes == {
            "card": {
                "before": 4,
                "after": None,
                "gained": [],
                "lost": ["newer", "newest", "oldest", "undated"],
            },
            "card_read": {
                "before": None,
                "after": 4,
                "gained": ["newer", "newest", "oldest", "undated"],
                "lost": [],
            },
            "no_thanks": {"before": 3, "after": 3, "gained": ["oldest"], "lost": ["newer"]},
        }
    assert "1: oldest" in warm("rules", "diff", old, new, "--lake", lake).out
    assert "No call changes" in warm("rules", "diff", old, old, "--lake", lake).out


def test_rules_that_are_neither_file_nor_hash_are_a_wrong_setting(warm: WarmCommandLine, lake: Path) -> None:
    said = warm("rules", "diff", "nothing", "nothing", "--lake", lake)
    assert (said.code, "neither a rules file nor the hash" in said.err) == (2, True)


def test_the_bundled_rules_run(warm: WarmCommandLine, lake: Path) -> None:
    said = warm("rules", "run", "--lake", lake)
    assert said.code == 0
    assert all(name in said.out for name in load_rules().rules)
    assert load_rules().hash in warm("rules", "check").out

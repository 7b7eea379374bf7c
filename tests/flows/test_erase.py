"""Erasure through the real command line: what is gone does not come back, here or at vendors."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hosted import Trial, environment, nonsense
from short_recordings import write_sidecar

from tasks.desk.store import desk_file
from tasks.erase import Eraser
from tasks.erasure.asked import call_asked
from tasks.erasure.make_plan import make_plan
from tasks.keys import load_keyring
from tasks.lake.catalog import Lake, exclusively, writing
from tasks.settings import load_settings
from tasks.stand_in import Desk, StandIn

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from command_line import WarmCommandLine

    Ask = Callable[[Path, str], list[dict[str, Any]]]


def test_what_was_erased_does_not_land_again(
    warm: WarmCommandLine,
    archive: Path,
    tmp_path: Path,
    ask_lake: Ask,
    broken_checks: Callable[[Path], list[str]],
) -> None:
    lake, keys = tmp_path / "lake", {"CALLARCHIVE_KEY_FILE": str(tmp_path / "keys.json")}

    def ingest(*more: str) -> dict[str, int]:
        said = warm("ingest", archive, "--lake", lake, "--json", *more, **keys)
        assert said.code == 0
        reasons: dict[str, int] = said.json["skipped_because"]
        assert said.json["found"] == said.json["landed"] + said.json["skipped"]
        return reasons | {"landed": said.json["landed"]}

    write_sidecar(archive / "short-0.wav", call_id="short-0", customer_id="4711")
    assert ingest() == {"landed": 3}
    erased = warm("erase", "--customer", "4711", "--lake", lake, "--json", **keys)
    receipt = erased.json["receipt"]
    assert (erased.code, receipt["recordings"], receipt["left"]) == (0, 1, [])
    assert "prefect.db" in receipt["looked_through"]
    asked = warm.fetched()
    assert ingest() == {"landed": 0, "already landed": 2, "erased": 1}
    shutil.copyfile(archive / "short-0.wav", archive / "under another name.wav")
    assert ingest("--replace") == {"landed": 2, "erased": 2}
    assert ingest() == {"landed": 0, "already landed": 2, "erased": 2}
    assert warm.fetched() == asked
    assert ask_lake(lake, "select count(*) as n from recordings")[0]["n"] == 3
    _begin(lake, keys["CALLARCHIVE_KEY_FILE"], "short-1")
    assert ingest() == {"landed": 0, "already landed": 1, "erased": 3}
    assert {row["state"] for row in ask_lake(lake, "from erasures")} == {"done"}
    assert [row["call_id"] for row in ask_lake(lake, "from calls")] == ["short-2"]
    assert broken_checks(lake) == []
    assert (
        warm("hold", "add", "--call", "short-2", "--reason", "claim 12-345", "--lake", lake, **keys).code == 0
    )
    held = warm("erase", "--call", "short-2", "--lake", lake, **keys)
    assert (held.code, "legal hold" in held.err) == (11, True)
    (hold,) = warm("hold", "list", "--lake", lake, "--json", **keys).json
    assert (hold["kind"], hold["subject"], hold["reason"]) == ("call", "short-2", "claim 12-345")
    compared = warm("compare", archive, "--engines", "local", "--lake", lake, "--json", **keys)
    assert (compared.json["recordings"], compared.json["left_out"]["erased"]) == (1, 3)
    again = warm("erase", "--verify", receipt["erasure_id"], "--call", "short-0", "--lake", lake, **keys)
    assert again.code == 0


def _begin(lake: Path, key_file: str, call_id: str) -> None:
    """An erasure as a process leaves it that was killed at once."""
    settings, place = load_settings(lake=str(lake)), Lake.at(str(lake))
    keyring = load_keyring(Path(key_file))
    with exclusively(place):
        with writing(place) as connection:
            plan = make_plan(connection, place, keyring, call_asked(call_id, keyring))
        Eraser(place, keyring, desk_file(settings, place), lambda _: {}).begin(plan)


@pytest.fixture
def trial(warm: WarmCommandLine, tmp_path: Path) -> Iterator[Trial]:
    with StandIn(Desk(hear=nonsense)) as stand_in:
        yield Trial(warm, stand_in, tmp_path)


def test_vendors_delete_what_they_heard_and_are_asked_again_where_they_could_not(trial: Trial) -> None:
    engines = ("assemblyai", "elevenlabs", "pulse", "deepgram")
    for name in engines:
        assert trial.ingest(trial.archive(name, 1), name).code == 0
    erase = ("erase", "--lake", trial.lake, "--json")
    waiting = trial.warm(*erase, "--older-than", "0")
    assert (waiting.code, "assemblyai" in waiting.err) == (4, True)
    assert trial.ask("select count(*) as n from calls") == [{"n": 0}]
    assert trial.ask("select state from erasures") == [{"state": "begun"}]
    assert trial.stand_in.desk.erased == []
    done = trial.warm(*erase, "--finish", **environment(trial.stand_in, *engines))
    (finished,) = done.json["finished"]
    vendors = finished["receipt"]["vendors"]
    assert {name: told["deleted"] for name, told in vendors.items()} == {
        name: 0 if name == "deepgram" else told["requests"] for name, told in vendors.items()
    }
    assert "no delete call" in vendors["deepgram"]["why"]
    assert len(set(trial.stand_in.desk.erased)) == sum(told["deleted"] for told in vendors.values()) >= 3
    assert trial.ask("select state from erasures") == [{"state": "done"}]
    assert not [path for path in (trial.lake / "answers").rglob("*") if path.is_file()]

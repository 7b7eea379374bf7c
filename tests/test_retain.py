"""Retention: a policy that is checked, and what it no longer keeps gone as by an erasure."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from erasure_lake import Made, land_call, make
from lake_checks import broken_checks

from flows.erase import retain
from flows.hold import put_on_hold
from tasks.erasure.retention import ByEntity, ByQueue, load_policy
from tasks.errors import SettingsError
from tasks.examine_call import examine_call
from tasks.lake.catalog import Lake, reading
from tasks.lake.residue import places_with
from tasks.lake.sought import Texts
from tasks.recipes import Recipe, trials_of
from tasks.reveal import reveal

if TYPE_CHECKING:
    from pathlib import Path

YOUNG = datetime.now(UTC).replace(microsecond=0) - timedelta(days=20)
POLICY = """
calls: {default: 1095, queues: {loans: 30, billing: null}}
redacted_sound: {queues: {billing: 10}}
heard_calls: {default: 15}
answers: {default: 0}
kept_values: {default: 90, entities: {CARD_NUMBER: 10}}
"""


SEALED = "select hex(sealed) as it from stored.envelopes where call_id <> 'call-00010'"


def trial_of(made: Made, folder: Path) -> Made:
    """A trial of three of the calls, which thinks them younger than the lake does and knows of no hold."""
    beside = replace(made, lake=Lake.at(str(folder / "beside")))
    Recipe(made.lake.address, since="2026-03-01", until="2026-03-03").keep(beside.lake)
    for call_id, queue in (("call-0001", "billing"), ("call-00010", "billing"), ("young-01", "claims")):
        land_call(beside, call_id, "d" * 32, queue, started_at=datetime.now(UTC) - timedelta(days=1))
    return beside


@pytest.fixture(scope="module")
def retained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Made, dict[str, int], list[str]]:
    """A lake that the policy was applied to: what it said, and the sealed values that were there before."""
    folder = tmp_path_factory.mktemp("retained")
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("HOME", str(folder))
        patched.setenv("PREFECT_HOME", str(folder))
        made = make(folder, patched)
        land_call(made, "young-01", "d" * 32, "claims", started_at=YOUNG)
        put_on_hold(made.settings, "call", "call-00010", "claim 12-345")
        beside = trial_of(made, folder)
        sealed = [row for lake in (made, beside) for row in lake.ask(SEALED)]
        policy = folder / "retention.yaml"
        policy.write_text(POLICY)
        dry = retain(made.settings, policy, dry_run=True)
        done = retain(made.settings, policy, dry_run=False)
        assert dry.counts == done.counts
        assert retain(made.settings, policy, dry_run=False).receipt is None
    return made, dict(done.counts), [row["it"].lower() for row in sealed]


def test_whole_calls_go_by_their_queue(retained: tuple[Made, dict[str, int], list[str]]) -> None:
    made, counts, _ = retained
    assert made.calls == ["call-0001", "call-00010", "young-01"]
    assert (counts["recordings"], counts["held"]) == (1, 1)
    assert places_with(made.lake, Texts(["call-0002"])) == []
    with reading(made.lake) as connection:
        assert broken_checks(connection) == []


def test_parts_go_of_calls_that_stay(retained: tuple[Made, dict[str, int], list[str]]) -> None:
    made, _, sealed = retained
    sounds = {row["call_id"]: row["audio_path"] for row in made.ask("select call_id, audio_path from calls")}
    assert (sounds["call-0001"], bool(sounds["call-00010"]), bool(sounds["young-01"])) == (None, True, True)
    assert len(made.files("audio")) == 2
    assert len(made.files("heard")) == 1
    assert made.files("answers") == [f"{(key := made.answer_of('call-00010'))[:2]}/{key}"]
    assert [row["call_id"] for row in made.ask("from stored.envelopes")] == ["call-00010"]
    assert places_with(made.lake, Texts(sealed)) == []


def test_the_same_parts_go_out_of_a_trial_by_the_dates_and_holds_of_its_lake(
    retained: tuple[Made, dict[str, int], list[str]],
) -> None:
    made, _, sealed = retained
    (place,) = trials_of(made.lake)
    beside = replace(made, lake=place)
    sounds = beside.ask("select call_id, audio_path is not null as there from calls order by call_id")
    assert [tuple(row.values()) for row in sounds] == [
        ("call-0001", False), ("call-00010", True), ("young-01", True),
    ]  # fmt: skip
    assert len(beside.files("audio")) == 2
    assert len(beside.files("heard")) == 1
    assert [row["call_id"] for row in beside.ask("from stored.envelopes")] == ["call-00010"]
    assert places_with(place, Texts(sealed)) == []
    with reading(place) as connection:
        assert broken_checks(connection) == []


def test_what_is_gone_is_called_gone(retained: tuple[Made, dict[str, int], list[str]]) -> None:
    made, *_ = retained
    (finding,) = made.ask("select finding_id from redactions where call_id = 'call-0001'")
    with pytest.raises(SettingsError, match="taken out by retention"):
        reveal(made.lake, made.keyring, finding["finding_id"], "a dispute")
    (kept,) = made.ask("select finding_id from redactions where call_id = 'call-00010'")
    assert reveal(made.lake, made.keyring, kept["finding_id"], "a dispute").value == "four one one one"


def test_a_certificate_holds_without_the_sound_that_retention_took(
    retained: tuple[Made, dict[str, int], list[str]],
) -> None:
    made, *_ = retained
    with reading(made.lake) as connection:
        without, whole = (
            examine_call(connection, made.lake, made.keyring, call_id)
            for call_id in ("call-0001", "young-01")
        )
    assert (without.holds, "sound" in without.intact) == (True, False)
    assert (whole.holds, "sound" in whole.intact) == (True, True)


def test_what_is_left_out_is_kept_for_ever(tmp_path: Path) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text("calls: {queues: {billing: 0}}")
    policy = load_policy(path, {"PERSON"})
    assert (policy.calls, policy.answers) == (ByQueue(queues={"billing": 0}), ByQueue())
    assert policy.kept_values == ByEntity()
    assert policy.model_copy(update={"answers": ByQueue(default=1)}).hash != policy.hash


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("calls: {default: -1}", "calls.default"),
        ("calls: {default: '30'}", "calls.default"),
        ("calls: {default: 30, queue: {a: 1}}", "calls.queue"),
        ("recordings: {default: 30}", "recordings"),
        ("kept_values: {entities: {CARD: 3}}", "know no CARD"),
        ("kept_values: {queues: {a: 3}}", "kept_values.queues"),
        ("calls: {default: 30", "not YAML"),
        ("", "its top"),
        ("30", "its top"),
    ],
)
def test_a_policy_that_is_not_understood_is_refused(content: str, told: str, tmp_path: Path) -> None:
    path = tmp_path / "retention.yaml"
    path.write_text(content)
    with pytest.raises(SettingsError, match=told):
        load_policy(path, {"CARD_NUMBER"})


def test_a_policy_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        load_policy(tmp_path / "none.yaml", ())

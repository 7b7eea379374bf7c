"""A hosted engine that is out of order for longer or shorter than a night waits for it."""

from __future__ import annotations

from hosted import Trial, fault


def test_an_outage_beyond_all_patience_spends_nothing_and_leaves_the_rest_for_the_next_night(
    trial: Trial,
) -> None:
    archive, desk = trial.archive("outage", 5), trial.stand_in.desk
    desk.misbehave("deepgram", fault("deepgram", "status", times=10_000, status=503))
    small = {"CALLARCHIVE_BATCH_SIZE": "2", "CALLARCHIVE_OUTAGE_S": "1"}
    said = trial.ingest(archive, "deepgram", **small)
    assert (said.code, said.json["landed"], said.json["failed"], said.json["skipped"]) == (10, 0, 2, 3)
    why = (
        "deepgram: HTTP 503 Service Unavailable; busy or out of order; it was waited for 0 minutes, the next "
    )
    assert [one["reason"] for one in said.json["troubled"]] == [f"{why}run goes on"] * 2
    assert said.json["skipped_because"] == {f"left for the next run: {why}run goes on": 3}
    assert (desk.worked.total(), said.json["cost_usd"]) == (0, 0)
    asked = len(desk.seen)
    assert asked < 200
    desk.behave()
    said = trial.ingest(archive, "deepgram")
    assert (said.code, said.json["landed"], said.json["found"]) == (0, 5, 5)
    assert set(desk.worked.values()) == {1}


def test_an_engine_that_comes_back_in_time_costs_no_recording(trial: Trial) -> None:
    archive, desk = trial.archive("back", 2), trial.stand_in.desk
    desk.misbehave("deepgram", fault("deepgram", "status", times=40, status=503))
    said = trial.ingest(archive, "deepgram", CALLARCHIVE_OUTAGE_S="300")
    assert (said.code, said.json["landed"]) == (0, 2)
    rows = trial.ask("select max(attempts) as most from engine_usage where call_id like 'back%'")
    assert rows[0]["most"] > 20
    assert set(desk.worked.values()) == {1}

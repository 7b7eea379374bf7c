"""Start the stand-in by hand: python -m tasks.stand_in [--port 8900] [--local-model] [--latency 0.5]."""

from __future__ import annotations

import argparse
import threading

from tasks.stand_in import SPOKEN, Desk, StandIn, local_model

if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m tasks.stand_in", description="The vendors' stand-in.")
    parser.add_argument("--port", type=int, default=8900)
    parser.add_argument("--local-model", action="store_true", help="transcribe with the bundled speech model")
    parser.add_argument("--latency", type=float, default=0.0, help="seconds that every answer takes longer")
    asked = parser.parse_args()
    desk = Desk(latency_s=asked.latency)
    if asked.local_model:
        desk.hear = local_model()
    with StandIn(desk, asked.port) as stand_in:
        for engine in SPOKEN:
            print(f"{engine}: {stand_in.base_url(engine)}")
        print(f"key: {stand_in.key}")
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            print("stopped")

"""A local stand-in for the vendors' servers: their wire formats on 127.0.0.1, and misbehaviour on demand.

    with StandIn() as stand_in:
        client = open_client(deepgram, stand_in.key, base_url=stand_in.base_url("deepgram"))

`python -m tasks.stand_in` starts one by hand. The formats follow the vendors' specifications as read on
2026-11-22; what a request must have is checked as the vendors check it.
"""

from tasks.stand_in.app import SPOKEN
from tasks.stand_in.desk import Desk, Fault
from tasks.stand_in.hearing import HeardWord, canned, local_model
from tasks.stand_in.server import StandIn

__all__ = ["SPOKEN", "Desk", "Fault", "HeardWord", "StandIn", "canned", "local_model"]

"""What the command line says about engines: their table, models that stop, keys that are not there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tasks.engines.registry import ENGINES
from tasks.engines.table import as_markdown

if TYPE_CHECKING:
    from command_line import WarmCommandLine


def test_the_table_is_printed_as_the_readme_has_it(warm: WarmCommandLine) -> None:
    assert warm("engines", "--markdown").out == as_markdown()


def test_engines_are_listed_with_a_warning_where_a_model_stops(warm: WarmCommandLine) -> None:
    listed = {one["name"]: one for one in warm("engines", "--json").json}
    assert list(listed) == list(ENGINES)
    assert "2027-02-26" in listed["openai"]["warning"]
    assert listed["deepgram"]["warning"] is None
    assert listed["openai"]["warning"] in warm("engines").out


def _engines_check(warm: WarmCommandLine, **env: str) -> tuple[bool, str]:
    said = warm("doctor", "--json", **env)
    (check,) = (one for one in said.json if one["check"] == "engines")
    assert said.code == (0 if check["ok"] else 2)
    return check["ok"], check["detail"]


def test_doctor_names_the_engines_in_their_order_and_warns(warm: WarmCommandLine) -> None:
    env = {"CALLARCHIVE_ENGINE": "openai,local", "OPENAI_API_KEY": "sk-something"}
    ok, detail = _engines_check(warm, **env)
    assert ok
    assert detail.startswith("openai whisper-1, local tiny.en; openai: whisper-1 ")
    assert "2027-02-26" in detail
    at_home = _engines_check(warm, **env, CALLARCHIVE_ENGINE_URL="http://127.0.0.1:9/v1")
    assert at_home == (True, "openai whisper-1, local tiny.en")


@pytest.mark.parametrize(
    ("env", "says"),
    [
        ({"CALLARCHIVE_ENGINE": "deepgram"}, "deepgram needs a key: set DEEPGRAM_API_KEY"),
        ({"CALLARCHIVE_ENGINE": "shout"}, "there is no engine 'shout'"),
        ({"CALLARCHIVE_REGION": "mars"}, "no endpoint in region 'mars'"),
        ({"CALLARCHIVE_FORMATTING": "false"}, "always formats"),
        ({"CALLARCHIVE_VENDOR_DELETION": "true"}, "cannot delete"),
    ],
)
def test_doctor_says_what_an_engine_lacks_and_shows_no_key(
    warm: WarmCommandLine, env: dict[str, str], says: str
) -> None:
    given = {
        "CALLARCHIVE_ENGINE": "openai",
        "OPENAI_API_KEY": "sk-something",
        "CALLARCHIVE_WORD_TIMES": "spread",
    }
    ok, detail = _engines_check(warm, **(given | env))
    assert not ok
    assert says in detail
    assert "sk-something" not in detail

"""`callarchive demo`: the bundled sample archive, end to end, offline."""

from __future__ import annotations

from pathlib import Path

import typer

from flows.cli.ingest import Order, print_summary, run_ingest
from flows.cli.options import Json, Lake
from flows.cli.output import print_json, print_table, say
from tasks.errors import SettingsError
from tasks.lake.catalog import Lake as LakeAt
from tasks.lake.catalog import reading
from tasks.lake.query import run_query
from tasks.questions.bind import bind
from tasks.questions.loader import load_questions
from tasks.settings import load_settings

SAMPLES = Path(__file__).resolve().parents[2] / "samples" / "archive"

_CALLS = """
select call_id, call_date, queue, agent_id as agent, channel_verdict as channels,
    round(duration_ms / 1000)::int as seconds, word_count as words, redaction_count as redacted
from calls order by started_at nulls last, call_id
"""
_REDACTED_TURN = """
select call_id, speaker, text from turns
where text like '%[CARD_NUMBER]%' or text like '%[PHONE]%' or text like '%[DOB]%'
order by text like '%[CARD_NUMBER]%' desc, word_count desc, call_id, turn_index limit 1
"""


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    lake: Lake = None,
    json: Json = False,
) -> None:
    """Land the bundled sample calls and show what can be asked. Offline; the second run takes seconds.

    Example: callarchive demo
    """
    if not SAMPLES.is_dir():
        raise SettingsError("the sample archive is in the source checkout; run the demo there: make demo")
    place = LakeAt.at(load_settings(lake=lake).lake)
    summary = run_ingest(Order(source=str(SAMPLES), lake=lake))
    if json:
        print_json(summary.as_dict())
    else:
        print_summary(summary)
        _show(place)
    if summary.count("failed"):
        raise typer.Exit(summary.exit_code)


def _show(place: LakeAt) -> None:
    question = load_questions()["talk_listen_ratio"]
    with reading(place) as connection:
        print_table(run_query(connection, _CALLS), title="\nCalls in the lake")
        answer = run_query(connection, question.sql, bind(question, {}))
        print_table(answer.slice(0, 5), title=f"\nAsked: {question.question} (first 5 rows)")
        turn = run_query(connection, _REDACTED_TURN).to_pylist()
    if turn:
        say("\nA redacted turn", style="bold")
        say(f"{turn[0]['call_id']}, {turn[0]['speaker'] or 'unknown speaker'}: {turn[0]['text']}")
    say(f"\nThe lake is in {place.root}", style="bold")
    say("Two samples are quarantined on purpose: one was cut off, one is no sound.")
    say("\nTry next:")
    say("  .venv/bin/callarchive ask")
    say('  .venv/bin/callarchive sql "select speaker, count(*) as words from words group by all"')
    say("  .venv/bin/callarchive ingest /path/to/your/recordings --limit 20")

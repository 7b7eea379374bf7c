"""A run's surroundings: archive, lake, keys and engines, checked and opened before anything is worked on."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from flows.call import Tools
from flows.engines import open_transcriber
from flows.queues import load_queues, transcribers_of
from flows.stop import Stop
from tasks.answers import AnswerStore
from tasks.audio.limits import AudioLimits
from tasks.copy_sound import Copying
from tasks.errors import SettingsError
from tasks.heard_calls import HeardCalls
from tasks.keys import Keyring, load_keyring
from tasks.lake.books import spent_since
from tasks.lake.catalog import Connection, Lake
from tasks.lake.company import if_alone, together
from tasks.lake.key_ids import need_a_key_of
from tasks.lake.landing import remove_orphans
from tasks.lake.leases import Leases, answer_lease, leases_of
from tasks.lake.purse import Purse
from tasks.lake.standing_writer import StandingWriter
from tasks.redact.rules import load_rules
from tasks.sources.archive import Archive

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tasks.settings import Settings


@dataclass(frozen=True, slots=True)
class Night:
    """What every batch of a run shares."""

    writer: StandingWriter
    lake: Lake
    keyring: Keyring
    settings: Settings
    tools: Tools
    leases: Leases
    stop: Stop

    @property
    def connection(self) -> Connection:
        """The lake's; another one after some batches."""
        return self.writer.connection


@contextmanager
def open_night(source: str, settings: Settings, run_id: str, *, shared: bool = False) -> Iterator[Night]:
    """The archive, the lake and the engines, checked and opened before anything is worked on.

    `shared`: engines' limits are shared with other processes by Prefect's server.
    """
    lake, keyring = Lake.at(settings.lake), load_keyring(settings.key_file)
    archive, rules = (
        Archive.at(source, without=lake.files.address),
        load_rules(settings.redaction_profile, settings.redaction_rules, settings.redaction_mode),
    )
    store = AnswerStore(Lake.at(settings.answers_of or settings.lake).answers, keyring)
    heard = HeardCalls(AnswerStore(lake.heard, keyring))
    if settings.send_links and not archive.gives_links:
        raise SettingsError("CALLARCHIVE_SEND_LINKS: this archive gives no signed URLs; unset it")
    queues = load_queues(settings.queues)
    # A wrong setting is told before a lake is made.
    transcribers_of(open_transcriber(settings, store), queues)
    with StandingWriter(lake) as writer, ExitStack() as stack:
        need_a_key_of(writer.connection, keyring)
        leases = stack.enter_context(leases_of(lake, settings.lease_s))
        stores = [heard.store, *([] if settings.answers_of else [store])]
        alone = _tidy_up(writer.connection, lake, leases, stores)
        stack.enter_context(together(lake))
        month = datetime.now(UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
        spent_usd = spent_since(writer.connection, month)
        transcriber = open_transcriber(settings, store, month_before_usd=spent_usd, shared=shared)
        if settings.max_usd_per_month is not None:
            transcriber.budget.purse = Purse(leases.board)
            transcriber.budget.purse.begin(spent_usd, alone=alone)
        transcriber = replace(transcriber, turn=lambda key: leases.turn(answer_lease(key)))
        tools = Tools(
            archive=archive,
            limits=audio_limits(settings),
            transcriber=transcriber,
            queues=transcribers_of(transcriber, queues),
            rules=rules,
            keyring=keyring,
            heard=heard,
            copying=sound_copying(settings, lake),
            low_confidence=settings.low_confidence,
            run_id=run_id,
        )
        yield Night(writer, lake, keyring, settings, tools, leases, Stop(settings.grace_s))


def _tidy_up(connection: Connection, lake: Lake, leases: Leases, stores: Sequence[AnswerStore]) -> bool:
    """Remove what killed processes have left, if nobody else is at work, and let their leases run out.

    Whether nobody is.

    In the distributed form a worker's lock goes when the database restarts, so its leases count too.
    """
    with if_alone(lake) as alone:
        if not alone or (lake.root is None and leases.held_by_others()):
            return False
        leases.end_all()
        remove_orphans(connection, lake)
        for store in stores:
            store.remove_parts()
        return True


def sound_copying(settings: Settings, lake: Lake) -> Copying | None:
    """Where and how redacted copies are made; None where no sound is to be kept."""
    if settings.redacted_audio == "none":
        return None
    return Copying(
        files=lake.files,
        limits=audio_limits(settings),
        form=settings.redacted_audio,
        tone=settings.redacted_audio_tone,
        padding_ms=settings.redacted_audio_padding_ms,
    )


def audio_limits(settings: Settings) -> AudioLimits:
    """What the settings allow a recording to be."""
    return AudioLimits(
        max_duration_s=settings.max_duration_s,
        max_size_bytes=settings.max_size_bytes,
        decode_timeout_s=settings.decode_timeout_s,
        accept_truncated=settings.accept_truncated,
        ffmpeg=settings.ffmpeg,
    )

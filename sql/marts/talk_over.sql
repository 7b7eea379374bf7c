-- name: talk_over
-- question: Who begins to speak while another is still speaking?
-- grain: one row per span that begins within another voice's span
-- key: call_id, voice, start_ms, interrupted_voice
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: who interrupts
--   speaker: who interrupts: agent, customer, speaker_0 ...; null if unknown
--   interrupted_voice: who was speaking
--   interrupted_speaker: who was speaking; null if unknown
--   start_ms [ms]: where the talk-over begins
--   end_ms [ms]: where one of the two falls silent
--   overlap_ms [ms]: how long both speak
--   took_floor: true if the interrupter speaks on after the other has stopped
-- empty: no call with word times and two voices has landed, or nobody talks over anybody
-- limits: two who begin in the same millisecond interrupt nobody; overlap may hold a breath of up to 300 ms
with spans as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        start_ms,
        end_ms
    from speech_spans
),

voices as (
    select distinct
        call_id,
        voice
    from spans
),

spans_and_others as (
    select
        spans.call_id,
        spans.call_date,
        spans.voice,
        spans.speaker,
        spans.start_ms,
        spans.end_ms,
        voices.voice as other_voice
    from spans
    inner join voices on spans.call_id = voices.call_id and spans.voice <> voices.voice
),

-- A voice's spans never overlap each other, so only its latest can still be going on.
latest_of_other as (
    select
        begun.call_id,
        begun.call_date,
        begun.voice,
        begun.speaker,
        begun.other_voice as interrupted_voice,
        earlier.speaker as interrupted_speaker,
        begun.start_ms,
        least(begun.end_ms, earlier.end_ms) as end_ms,
        begun.end_ms > earlier.end_ms as took_floor
    from spans_and_others as begun
    asof join spans as earlier
        on
            begun.call_id = earlier.call_id
            and begun.other_voice = earlier.voice
            and begun.start_ms > earlier.start_ms
),

talk_over as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        interrupted_voice,
        interrupted_speaker,
        start_ms,
        end_ms,
        end_ms - start_ms as overlap_ms,
        took_floor
    from latest_of_other
    where end_ms > start_ms
)

select * from talk_over

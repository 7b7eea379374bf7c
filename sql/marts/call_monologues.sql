-- name: call_monologues
-- question: What is the longest that each voice of a call holds the floor?
-- grain: one row per call and voice that speaks for a second without a break
-- key: call_id, voice
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   voice: the speaker, or channel 0, channel 1 ... where the speaker is unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   start_ms [ms]: where the monologue begins; the earliest of equals
--   end_ms [ms]: where it ends
--   monologue_ms [ms]: how long it lasts, pauses included
--   word_count: words said in it
-- empty: no call with word times has landed
-- limits: another's speech under 1 s (mm-hm) does not end it; another's longer one and 3 s of silence do
with spans as (
    select
        call_id,
        call_date,
        voice,
        speaker,
        start_ms,
        end_ms,
        word_count,
        coalesce(quiet_before_ms > 3000, false) as after_silence,
        end_ms - start_ms >= 1000 as takes_floor
    from speech_spans
),

held as (
    select
        *,
        last_value(if(takes_floor, voice, null) ignore nulls) over (
            partition by call_date, call_id
            order by start_ms, end_ms, voice
            rows between unbounded preceding and 1 preceding
        ) as holder_before
    from spans
),

numbered as (
    select
        *,
        if(takes_floor, voice, holder_before) as holder,
        count(*) filter (
            where after_silence or (takes_floor and voice is distinct from holder_before)
        ) over (
            partition by call_date, call_id
            order by start_ms, end_ms, voice
            rows between unbounded preceding and current row
        ) as run_number
    from held
),

monologues as (
    select
        call_id,
        call_date,
        voice,
        any_value(speaker) as speaker,
        min(start_ms) as start_ms,
        max(end_ms) as end_ms,
        max(end_ms) - min(start_ms) as monologue_ms,
        cast(sum(word_count) as bigint) as word_count
    from numbered
    where voice = holder
    group by call_id, call_date, voice, run_number
),

longest as (
    select * from monologues
    qualify
        row_number() over (
            partition by call_date, call_id, voice
            order by monologue_ms desc, start_ms asc
        ) = 1
)

select * from longest

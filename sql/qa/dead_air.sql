-- name: dead_air
-- question: When does nobody speak for so many seconds, and who spoke before and after?
-- grain: one row per silence of at least that length
-- key: call_id, start_ms
-- parameters:
--   at_least_s [s] (double, default 5): shorter silences do not count
--   between_speech_only (boolean, default true): leave out silence before the first word and after the last
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   start_ms [ms]: where the silence begins
--   end_ms [ms]: where it ends
--   dead_air_ms [ms]: how long it lasts
--   place: start (before the first word), middle, end (after the last word) or whole (no speech at all)
--   voice_before: the voice heard last before it; null if none
--   voice_after: the voice heard first after it; null if none
-- empty: nobody is silent for so long in these days
-- limits: music and noise without words are silence here; a call with words but no word times has none
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

gaps as (
    select
        call_id,
        call_date,
        start_ms,
        end_ms,
        duration_ms,
        place,
        voice_before,
        voice_after
    from gaps
    where
        duration_ms >= $at_least_s * 1000
        and (place = 'middle' or not $between_speech_only)
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

silences as (
    select
        gaps.call_id,
        gaps.call_date,
        calls.agent_id,
        calls.queue,
        gaps.start_ms,
        gaps.end_ms,
        gaps.duration_ms as dead_air_ms,
        gaps.place,
        gaps.voice_before,
        gaps.voice_after
    from gaps
    inner join calls on gaps.call_id = calls.call_id
)

select * from silences
order by call_date, call_id, start_ms

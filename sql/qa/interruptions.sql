-- name: interruptions
-- question: Who talks over whom, how often and for how long?
-- grain: one row per call, voice that interrupts and voice that is interrupted
-- key: call_id, voice, interrupted_voice
-- parameters:
--   at_least_s [s] (double, default 0.5): shorter talk-over (mm-hm) does not count
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   voice: who begins to speak while the other still speaks; channel 0 ... where the speaker is unknown
--   interrupted_voice: who was speaking
--   interruptions: how often
--   floor_taken: how often the interrupter spoke on after the other had stopped
--   overlap_ms [ms]: how long both spoke
--   longest_ms [ms]: the longest of them
-- empty: nobody talks over anybody in these days
-- limits: two voices on one channel cannot overlap unless the engine tells speakers apart
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
),

talk_over as (
    select
        call_id,
        call_date,
        voice,
        interrupted_voice,
        overlap_ms,
        took_floor
    from talk_over
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

counted as (
    select
        call_id,
        call_date,
        voice,
        interrupted_voice,
        count(*) as interruptions,
        count(*) filter (where took_floor) as floor_taken,
        cast(sum(overlap_ms) as bigint) as overlap_ms,
        max(overlap_ms) as longest_ms
    from talk_over
    where overlap_ms >= $at_least_s * 1000
    group by call_id, call_date, voice, interrupted_voice
),

interruptions as (
    select
        counted.call_id,
        counted.call_date,
        calls.agent_id,
        calls.queue,
        counted.voice,
        counted.interrupted_voice,
        counted.interruptions,
        counted.floor_taken,
        counted.overlap_ms,
        counted.longest_ms
    from counted
    inner join calls on counted.call_id = calls.call_id
)

select * from interruptions
order by overlap_ms desc, call_id asc, voice asc, interrupted_voice asc

-- name: response_time
-- question: How long does each side of a call let the other wait for an answer?
-- grain: one row per call and answering voice
-- key: call_id, voice
-- parameters:
--   at_most_s [s] (double, default 30): a longer silence is a hold, not a slow answer, and does not count
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   voice: who answers; channel 0 ... where the speaker is unknown
--   replies: how many answers
--   mean_ms [ms]: mean silence before them
--   median_ms [ms]: half of them came faster
--   slowest_ms [ms]: the longest silence before one
-- empty: no call of these days has two voices and word times
-- limits: answers that begin while the other still speaks are talk-over and do not count
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
),

replies as (
    select
        call_id,
        call_date,
        voice,
        response_ms
    from replies
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

measured as (
    select
        call_id,
        call_date,
        voice,
        count(*) as replies,
        avg(response_ms) as mean_ms,
        median(response_ms) as median_ms,
        max(response_ms) as slowest_ms
    from replies
    where response_ms <= $at_most_s * 1000
    group by call_id, call_date, voice
),

response_times as (
    select
        measured.call_id,
        measured.call_date,
        calls.agent_id,
        calls.queue,
        measured.voice,
        measured.replies,
        measured.mean_ms,
        measured.median_ms,
        measured.slowest_ms
    from measured
    inner join calls on measured.call_id = calls.call_id
)

select * from response_times
order by call_date, call_id, voice

-- name: longest_monologue
-- question: What is the longest that each voice of a call speaks without letting the other in?
-- grain: one row per call and voice
-- key: call_id, voice
-- parameters:
--   at_least_s [s] (double, default 0): leave out voices whose longest monologue is shorter
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   voice: who speaks; channel 0 ... where the speaker is unknown
--   start_ms [ms]: where the monologue begins; the earliest of equals
--   end_ms [ms]: where it ends
--   monologue_ms [ms]: how long it lasts, pauses included
--   word_count: words said in it
-- empty: no call of these days has word times and a monologue so long
-- limits: another's speech under 1 s (mm-hm) does not end it; another's longer one and 3 s of silence do; a
--   voice that never speaks for 1 s without a break has no row
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

monologues as (
    select
        call_id,
        call_date,
        voice,
        start_ms,
        end_ms,
        monologue_ms,
        word_count
    from call_monologues
    where
        monologue_ms >= $at_least_s * 1000
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

longest as (
    select
        monologues.call_id,
        monologues.call_date,
        calls.agent_id,
        calls.queue,
        monologues.voice,
        monologues.start_ms,
        monologues.end_ms,
        monologues.monologue_ms,
        monologues.word_count
    from monologues
    inner join calls on monologues.call_id = calls.call_id
)

select * from longest
order by monologue_ms desc, call_id asc, voice asc

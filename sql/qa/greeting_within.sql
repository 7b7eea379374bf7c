-- name: greeting_within
-- question: Is the caller greeted within the first seconds?
-- grain: one row per call
-- key: call_id
-- parameters:
--   within_s [s] (double, default 15): when the greeting's last word must have begun, from the recording's
--     start
--   phrases (varchar[], default thank you for calling; thanks for calling; welcome to; good morning;
--     good afternoon; good evening; hello; how can i help; how may i help; my name is; this is):
--     what counts as a greeting, separated by semicolons; case and punctuation do not matter
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   greeted: true if a greeting was heard in time
--   phrase: the greeting heard first, the longest where several begin together; null without one
--   speaker: who says it; null without a greeting or if unknown
--   start_ms [ms]: where it begins; null without one
--   end_ms [ms]: where it ends; null without one
-- empty: no call has landed in these days
-- limits: anyone but a known customer may greet; a call without word times counts as not greeted
with calls as (
    select
        call_id,
        call_date,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

said as (
    select
        call_id,
        phrase,
        speaker,
        start_ms,
        end_ms
    from placed_phrases($phrases, 0, since := $since, until := $until, within_ms := $within_s * 1000)
    where voice <> 'customer'
),

greetings as (
    select * from said
    qualify
        row_number() over (
            partition by call_id
            order by start_ms asc, end_ms desc, phrase asc
        ) = 1
),

answers as (
    select
        calls.call_id,
        calls.call_date,
        calls.agent_id,
        calls.queue,
        greetings.call_id is not null as greeted,
        greetings.phrase,
        greetings.speaker,
        greetings.start_ms,
        greetings.end_ms
    from calls
    left join greetings on calls.call_id = greetings.call_id
)

select * from answers
order by call_date, call_id

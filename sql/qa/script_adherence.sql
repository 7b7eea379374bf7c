-- name: script_adherence
-- question: Does each call hold what has to be said, in order, in time and by the right speaker?
-- grain: one row per call and step of the script
-- key: call_id, step
-- parameters:
--   steps (varchar[], default hello | good morning | thank you for calling; how can i help | how may i help;
--     anything else): the script's steps in order; a step's phrases are separated by |, and one is enough
--   deadlines_s [s] (varchar[], default 15; 30; 36000): when the last word of each step must have begun, from
--     the recording's start; the last counts for all further steps
--   speakers (varchar[], default agent): who must say each step; the last counts for all further steps
--   slop [words] (integer, default 0): how many other words of the speaker may stand in between
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   step: the step's place in the script, from 1
--   required: the step, as it was asked for
--   said: true if one of its phrases is said by the right speaker
--   in_time: true if that is before its deadline; null if it is not said or without word times
--   in_order: true if no earlier step is first said after it; null if it is not said or without word times
--   start_ms [ms]: where it is first said; null if it is not said or without word times
--   end_ms [ms]: where that ends; null if it is not said or without word times
--   words: what is said, as redacted, with ... for other words in between; null if it is not said
-- empty: no call has landed in these days
-- limits: only the first time that a step is said counts; other words for the same are not found
with calls as (
    select
        call_id,
        call_date,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

script as (
    select
        unnest(cast($steps as varchar[])) as required,
        generate_subscripts(cast($steps as varchar[]), 1) as step
),

steps as (
    select
        step,
        required,
        coalesce($speakers[step], $speakers[-1]) as speaker,
        1000 * cast(coalesce($deadlines_s[step], $deadlines_s[-1]) as double) as deadline_ms
    from script
),

wordings as (
    select
        step,
        speaker,
        unnest(string_split(required, '|')) as phrase
    from steps
),

said as (
    select
        phrase,
        call_id,
        speaker,
        first_place,
        start_ms,
        end_ms,
        last_word_ms,
        words
    from
        placed_phrases(
            split(array_to_string($steps, '|'), '|'), $slop,
            since := $since, until := $until, speakers := $speakers, worded := true
        )
    where coalesce(longest_pause_ms, 0) <= 2000
),

first_said as (
    select
        wordings.step,
        said.call_id,
        said.start_ms,
        said.end_ms,
        said.last_word_ms,
        said.words
    from said
    inner join wordings on said.phrase = wordings.phrase and said.speaker = wordings.speaker
    qualify
        row_number() over (
            partition by wordings.step, said.call_id
            order by said.first_place asc, said.end_ms desc, said.phrase asc
        ) = 1
),

evidence as (
    select
        calls.call_id,
        calls.call_date,
        calls.agent_id,
        calls.queue,
        steps.step,
        steps.required,
        first_said.words is not null as said,
        first_said.last_word_ms <= steps.deadline_ms as in_time,
        coalesce(
            first_said.start_ms >= max(first_said.start_ms) over earlier_steps,
            if(first_said.start_ms is null, null, true)
        ) as in_order,
        first_said.start_ms,
        first_said.end_ms,
        first_said.words
    from calls
    cross join steps
    left join first_said on calls.call_id = first_said.call_id and steps.step = first_said.step
    window earlier_steps as (
        partition by calls.call_id
        order by steps.step
        rows between unbounded preceding and 1 preceding
    )
)

select * from evidence
order by call_date, call_id, step

-- name: pace_by_quarter
-- question: Does each speaker get faster or slower in the course of a call?
-- grain: one row per call and speaker with word times; unknown speakers of a call share one row
-- key: call_id, speaker
-- parameters:
--   at_least_words [words] (integer, default 10): a quarter with fewer has no pace; it would be chance
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   first_quarter [words/min]: pace in the first quarter of the call; null with too few words
--   second_quarter [words/min]: in the second; null with too few words
--   third_quarter [words/min]: in the third; null with too few words
--   fourth_quarter [words/min]: in the last; null with too few words
--   change_share: the latest of them against the earliest: 0.1 is 10 % faster; null with fewer than two
-- empty: no call of these days has word times
-- limits: a turn counts whole in the quarter of its middle; pauses of up to 1.5 s within a turn slow it down
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

quarters as (
    select
        call_id,
        call_date,
        speaker,
        call_quarter,
        if(word_count >= $at_least_words, words_per_minute, null) as words_per_minute
    from call_quarters
    where
        call_quarter is not null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

speakers as (
    select
        call_id,
        call_date,
        speaker,
        max(words_per_minute) filter (where call_quarter = 1) as first_quarter,
        max(words_per_minute) filter (where call_quarter = 2) as second_quarter,
        max(words_per_minute) filter (where call_quarter = 3) as third_quarter,
        max(words_per_minute) filter (where call_quarter = 4) as fourth_quarter,
        if(count(words_per_minute) > 1, arg_max(words_per_minute, call_quarter), null) as latest,
        arg_min(words_per_minute, call_quarter) as earliest
    from quarters
    group by call_id, call_date, speaker
),

paces as (
    select
        speakers.call_id,
        speakers.call_date,
        calls.agent_id,
        calls.queue,
        speakers.speaker,
        speakers.first_quarter,
        speakers.second_quarter,
        speakers.third_quarter,
        speakers.fourth_quarter,
        speakers.latest / speakers.earliest - 1 as change_share
    from speakers
    inner join calls on speakers.call_id = calls.call_id
)

select * from paces
order by call_date, call_id, speaker

-- name: sentiment_by_quarter
-- question: Does the mood of each speaker get better or worse in the course of a call?
-- grain: one row per call and speaker with word times and a measured mood
-- key: call_id, speaker
-- parameters:
--   at_least_words [words] (integer, default 5): a quarter with fewer has no mood; it would be chance
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   first_quarter [-1 to 1]: mood in the first quarter of the call; null with too few words
--   second_quarter [-1 to 1]: in the second; null with too few words
--   third_quarter [-1 to 1]: in the third; null with too few words
--   fourth_quarter [-1 to 1]: in the last; null with too few words
--   sentiment_change: the latest of them less the earliest: above 0 is better; null with fewer than two
-- empty: no call of these days has word times and a measured mood
-- limits: as for sentiment_by_speaker; a turn counts whole in the quarter of its middle
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
        if(rated_words >= $at_least_words, sentiment, null) as sentiment
    from call_quarters
    where
        call_quarter is not null and rated_words > 0
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

speakers as (
    select
        call_id,
        call_date,
        speaker,
        max(sentiment) filter (where call_quarter = 1) as first_quarter,
        max(sentiment) filter (where call_quarter = 2) as second_quarter,
        max(sentiment) filter (where call_quarter = 3) as third_quarter,
        max(sentiment) filter (where call_quarter = 4) as fourth_quarter,
        if(count(sentiment) > 1, arg_max(sentiment, call_quarter), null) as latest,
        arg_min(sentiment, call_quarter) as earliest
    from quarters
    group by call_id, call_date, speaker
),

moods as (
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
        speakers.latest - speakers.earliest as sentiment_change
    from speakers
    inner join calls on speakers.call_id = calls.call_id
)

select * from moods
order by call_date, call_id, speaker

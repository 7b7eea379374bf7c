-- name: sentiment_by_speaker
-- question: In what mood does each speaker of a call speak?
-- grain: one row per call and speaker whose mood was measured; unknown speakers of a call share one row
-- key: call_id, speaker
-- parameters:
--   at_least_words [words] (integer, default 10): leave out speakers who say fewer; their mood is chance
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   rated_words: words in turns with a mood
--   sentiment [-1 to 1]: mood of these turns, each weighted by its words
--   lowest_sentiment [-1 to 1]: mood of the worst turn
-- empty: nobody whose mood was measured says so many words in these days
-- limits: by a lexicon of English words (VADER): irony and a bad thing said in plain words are not heard, and
--   polite formulas of agents count as good mood
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
        rated_words,
        sentiment,
        lowest_sentiment
    from call_quarters
    where
        rated_words > 0
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

speakers as (
    select
        call_id,
        call_date,
        speaker,
        cast(sum(rated_words) as bigint) as rated_words,
        sum(sentiment * rated_words) / sum(rated_words) as sentiment,
        min(lowest_sentiment) as lowest_sentiment
    from quarters
    group by call_id, call_date, speaker
    having sum(rated_words) >= $at_least_words
),

moods as (
    select
        speakers.call_id,
        speakers.call_date,
        calls.agent_id,
        calls.queue,
        speakers.speaker,
        speakers.rated_words,
        speakers.sentiment,
        speakers.lowest_sentiment
    from speakers
    inner join calls on speakers.call_id = calls.call_id
)

select * from moods
order by sentiment asc, call_id asc, speaker asc

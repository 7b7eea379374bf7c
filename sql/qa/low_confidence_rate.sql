-- name: low_confidence_rate
-- question: How unsure is the speech engine of each agent's words in each queue?
-- grain: one row per agent, queue and engine
-- key: agent_id, queue, engine
-- parameters:
--   at_least_words [words] (integer, default 100): leave out rows with fewer; their rate is chance
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   engine: the speech engine
--   calls: calls heard by it
--   word_count: words in them, of both sides
--   low_confidence_words: words the engine was unsure of, by the landing's fixed threshold
--   low_confidence_share [0-1]: their share
--   mean_confidence [0-1]: mean over the calls, each weighted by its words
-- empty: no engine that gives confidences heard so many words in these days
-- limits: both sides' words count for the agent; engines' confidences do not compare; low_confidence_calls
--   takes another threshold; words that an engine leaves unrated count as sure
with calls as (
    select
        agent_id,
        queue,
        engine,
        word_count,
        low_confidence_words,
        mean_confidence
    from calls
    where
        mean_confidence is not null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

counted as (
    select
        agent_id,
        queue,
        engine,
        count(*) as calls,
        cast(sum(word_count) as bigint) as word_count,
        cast(sum(low_confidence_words) as bigint) as low_confidence_words,
        sum(low_confidence_words) / nullif(sum(word_count), 0) as low_confidence_share,
        sum(mean_confidence * word_count) / nullif(sum(word_count), 0) as mean_confidence
    from calls
    group by agent_id, queue, engine
),

rates as (
    select * from counted
    where word_count >= $at_least_words
)

select * from rates
order by low_confidence_share desc, agent_id asc, queue asc, engine asc

-- name: low_confidence_calls
-- question: Which calls was the speech engine unsure of?
-- grain: one row per call with at least that share of unsure words
-- key: call_id
-- parameters:
--   below [0-1] (double, default 0.6): a word is unsure under this confidence
--   at_least_share [0-1] (double, default 0.1): leave out calls with a smaller share of unsure words
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   engine: the speech engine
--   rated_words: words with a confidence
--   unsure_words: words under the limit
--   unsure_share [0-1]: their share
--   mean_confidence [0-1]: mean over the rated words
-- empty: no call of these days is that unsure
-- limits: calls of an engine without confidence are left out; engines' confidences do not compare
with calls as (
    select
        call_id,
        call_date,
        agent_id,
        queue,
        engine
    from calls
),

words as (
    select
        call_id,
        confidence
    from words
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

-- By the call alone: DuckDB groups by one column of a dictionary without looking at every value.
counted as (
    select
        call_id,
        count(confidence) as rated_words,
        count(*) filter (where confidence < $below) as unsure_words,
        avg(confidence) as mean_confidence
    from words
    group by call_id
),

unsure as (
    select
        counted.call_id,
        calls.call_date,
        calls.agent_id,
        calls.queue,
        calls.engine,
        counted.rated_words,
        counted.unsure_words,
        counted.unsure_words / nullif(counted.rated_words, 0) as unsure_share,
        counted.mean_confidence
    from counted
    inner join calls on counted.call_id = calls.call_id
),

asked as (
    select * from unsure
    where unsure_share >= $at_least_share
)

select * from asked
order by unsure_share desc, call_id asc

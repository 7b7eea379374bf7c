-- name: pace_outliers
-- question: Which speakers of which calls speak far faster or slower than their kind does?
-- grain: one row per call and speaker that far from the mean
-- key: call_id, speaker
-- parameters:
--   deviations [standard deviations] (double, default 2): how far from the mean
--   at_least_words [words] (integer, default 20): leave out speakers who say fewer; their pace is chance
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   word_count: words said
--   words_per_minute: words said per minute of speaking
--   usual_words_per_minute: mean of all agents, all customers ... of these days
--   deviations_off: how many standard deviations above (or, below 0, under) that mean
-- empty: everybody speaks about as fast as the others in these days
-- limits: of many speakers some are far off by chance: about 1 in 20 at 2 deviations
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
    where ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

speakers as (
    select
        call_id,
        call_date,
        speaker,
        word_count,
        words_per_minute
    from call_speakers
    where
        words_per_minute is not null and word_count >= $at_least_words
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

usual as (
    select
        speaker,
        avg(words_per_minute) as mean_pace,
        stddev_samp(words_per_minute) as deviation
    from speakers
    group by speaker
),

outliers as (
    select
        speakers.call_id,
        speakers.call_date,
        calls.agent_id,
        calls.queue,
        speakers.speaker,
        speakers.word_count,
        speakers.words_per_minute,
        usual.mean_pace as usual_words_per_minute,
        (speakers.words_per_minute - usual.mean_pace) / usual.deviation as deviations_off
    from speakers
    inner join usual on speakers.speaker is not distinct from usual.speaker
    inner join calls on speakers.call_id = calls.call_id
    where usual.deviation > 0
),

far_off as (
    select * from outliers
    where abs(deviations_off) >= $deviations
)

select * from far_off
order by call_date, call_id, speaker

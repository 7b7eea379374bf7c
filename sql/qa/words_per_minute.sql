-- name: words_per_minute
-- question: How fast does each speaker of a call speak?
-- grain: one row per call and speaker; unknown speakers of a call share one row
-- key: call_id, speaker
-- parameters:
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
--   talk_ms [ms]: time spent saying them; null without word times
--   words_per_minute: words said per minute of speaking; null without word times
-- empty: nobody says so many words in these days
-- limits: pauses between one's spans do not count, so this is the pace of speech, not of the call
with calls as (
    select
        call_id,
        agent_id,
        queue
    from calls
),

speakers as (
    select
        call_id,
        call_date,
        speaker,
        word_count,
        talk_ms,
        words_per_minute
    from call_speakers
    where
        word_count >= $at_least_words
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

paces as (
    select
        speakers.call_id,
        speakers.call_date,
        calls.agent_id,
        calls.queue,
        speakers.speaker,
        speakers.word_count,
        speakers.talk_ms,
        speakers.words_per_minute
    from speakers
    inner join calls on speakers.call_id = calls.call_id
)

select * from paces
order by call_date, call_id, speaker

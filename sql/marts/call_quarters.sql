-- name: call_quarters
-- question: How do pace, mood and loudness of each speaker go through a call?
-- grain: one row per call, speaker and quarter; unknown speakers of a call share one row
-- key: call_id, speaker, call_quarter
-- stored: at landing
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   call_quarter: 1 to 4, where the middle of a turn lies in the recording; null without word times
--   turn_count: turns taken
--   word_count: words said
--   talk_ms [ms]: length of the turns; null without word times
--   words_per_minute: words said per minute of them; null without word times
--   rated_words: words in turns with a mood
--   sentiment [-1 to 1]: mood of these turns, each weighted by its words; null if not measured
--   lowest_sentiment [-1 to 1]: mood of the worst turn; null if not measured
--   measured_ms [ms]: length of the turns with a loudness; null without any
--   loudness_dbfs [dBFS]: their mean power, each weighted by its length; null if not measured
--   peak_dbfs [dBFS]: the loudest sample; null if not measured
-- empty: no call with words has landed
-- limits: a turn counts whole in the quarter of its middle, breaths and pauses under 1.5 s included
with calls as (
    select
        call_id,
        duration_ms
    from calls
),

turns as (
    select
        call_id,
        call_date,
        speaker,
        start_ms,
        end_ms,
        word_count,
        sentiment,
        loudness_dbfs,
        peak_dbfs
    from turns
),

-- Mood and power as whole numbers: such a sum is the same in whatever order it is added up.
placed as (
    select
        turns.call_id,
        turns.call_date,
        turns.speaker,
        (turns.start_ms + turns.end_ms) * 2 // nullif(calls.duration_ms, 0) as quarters_before,
        turns.word_count,
        turns.end_ms - turns.start_ms as talk_ms,
        turns.sentiment,
        cast(round(turns.sentiment * 10000) as bigint) as sentiment_10000ths,
        if(turns.sentiment is null, 0, turns.word_count) as rated_words,
        if(turns.loudness_dbfs is null, null, turns.end_ms - turns.start_ms) as measured_ms,
        cast(round(power(10, cast(turns.loudness_dbfs as double) / 10 + 12)) as bigint) as picopower,
        turns.peak_dbfs
    from turns
    inner join calls on turns.call_id = calls.call_id
),

summed as (
    select
        call_id,
        call_date,
        speaker,
        if(quarters_before > 3, 4, quarters_before + 1) as call_quarter,
        count(*) as turn_count,
        cast(sum(word_count) as bigint) as word_count,
        cast(sum(talk_ms) as bigint) as talk_ms,
        cast(sum(rated_words) as bigint) as rated_words,
        sum(sentiment_10000ths * rated_words) as sentiment_sum,
        min(sentiment) as lowest_sentiment,
        cast(sum(measured_ms) as bigint) as measured_ms,
        sum(cast(picopower as hugeint) * measured_ms) as energy,
        max(peak_dbfs) as peak_dbfs
    from placed
    group by call_id, call_date, speaker, call_quarter
),

quarters as (
    select
        call_id,
        call_date,
        speaker,
        call_quarter,
        turn_count,
        word_count,
        talk_ms,
        word_count * 60000.0 / nullif(talk_ms, 0) as words_per_minute,
        rated_words,
        sentiment_sum / nullif(rated_words, 0) / 10000 as sentiment,
        lowest_sentiment,
        measured_ms,
        10 * (log10(nullif(energy / nullif(measured_ms, 0), 0)) - 12) as loudness_dbfs,
        peak_dbfs
    from summed
)

select * from quarters

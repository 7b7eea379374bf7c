-- name: loudness
-- question: How loud is each speaker of a call, and who gets louder?
-- grain: one row per call and speaker whose loudness was measured; unknown speakers of a call share one row
-- key: call_id, speaker
-- parameters:
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   measured_ms [ms]: length of the turns with a loudness
--   loudness_dbfs [dBFS]: their mean power, each weighted by its length
--   peak_dbfs [dBFS]: the loudest sample
--   change_db [dB]: the latest quarter of the call less the earliest: above 0 is louder; null with only one
-- empty: no loudness was measured in these days
-- limits: compare within a call and line: telephones, headsets and automatic gain differ; where channels were
--   joined into one, each turn holds both sides' sound
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
        measured_ms,
        loudness_dbfs,
        peak_dbfs
    from call_quarters
    where
        loudness_dbfs is not null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

speakers as (
    select
        call_id,
        call_date,
        speaker,
        cast(sum(measured_ms) as bigint) as measured_ms,
        10 * log10(sum(power(10, loudness_dbfs / 10) * measured_ms) / sum(measured_ms)) as loudness_dbfs,
        max(peak_dbfs) as peak_dbfs,
        if(
            count(call_quarter) > 1,
            arg_max(loudness_dbfs, call_quarter) - arg_min(loudness_dbfs, call_quarter),
            null
        ) as change_db
    from quarters
    group by call_id, call_date, speaker
),

levels as (
    select
        speakers.call_id,
        speakers.call_date,
        calls.agent_id,
        calls.queue,
        speakers.speaker,
        speakers.measured_ms,
        speakers.loudness_dbfs,
        speakers.peak_dbfs,
        speakers.change_db
    from speakers
    inner join calls on speakers.call_id = calls.call_id
)

select * from levels
order by call_date, call_id, speaker

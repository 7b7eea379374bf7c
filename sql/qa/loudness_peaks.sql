-- name: loudness_peaks
-- question: When does somebody speak much louder than usual in the same call?
-- grain: one row per turn that much louder than its speaker's mean in the call
-- key: call_id, turn_index
-- parameters:
--   above_db [dB] (double, default 6): how much louder; 6 dB is twice the sound pressure
--   since [UTC date] (date, default none): first day of the calls asked about
--   until [UTC date] (date, default none): last day of the calls asked about
-- columns:
--   call_id: the call
--   call_date [UTC date]: the day of the call; null if unknown
--   agent_id: the agent; null if unknown
--   queue: the queue; null if unknown
--   turn_index: the turn
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   start_ms [ms]: where the turn begins
--   end_ms [ms]: where it ends
--   loudness_dbfs [dBFS]: its loudness
--   usual_dbfs [dBFS]: the speaker's loudness over the whole call
--   above_db [dB]: how much louder the turn is
--   peak_dbfs [dBFS]: the turn's loudest sample
-- empty: no turn of these days is that much louder, or no loudness was measured
-- limits: a speaker who is loud throughout has no peak; unknown speakers of a call share one mean
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
        speaker,
        measured_ms,
        loudness_dbfs
    from call_quarters
    where
        loudness_dbfs is not null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

turns as (
    select
        call_id,
        call_date,
        turn_index,
        speaker,
        start_ms,
        end_ms,
        loudness_dbfs,
        peak_dbfs
    from turns
    where
        loudness_dbfs is not null
        and ($since is null or call_date >= $since) and ($until is null or call_date <= $until)
),

usual as (
    select
        call_id,
        speaker,
        10 * log10(sum(power(10, loudness_dbfs / 10) * measured_ms) / sum(measured_ms)) as usual_dbfs
    from quarters
    group by call_id, speaker
),

louder as (
    select
        turns.call_id,
        turns.call_date,
        turns.turn_index,
        turns.speaker,
        turns.start_ms,
        turns.end_ms,
        turns.loudness_dbfs,
        usual.usual_dbfs,
        turns.loudness_dbfs - usual.usual_dbfs as above_db,
        turns.peak_dbfs
    from turns
    inner join usual on turns.call_id = usual.call_id and turns.speaker is not distinct from usual.speaker
    where turns.loudness_dbfs - usual.usual_dbfs >= $above_db
),

peaks as (
    select
        louder.call_id,
        louder.call_date,
        calls.agent_id,
        calls.queue,
        louder.turn_index,
        louder.speaker,
        louder.start_ms,
        louder.end_ms,
        louder.loudness_dbfs,
        louder.usual_dbfs,
        louder.above_db,
        louder.peak_dbfs
    from louder
    inner join calls on louder.call_id = calls.call_id
)

select * from peaks
order by above_db desc, call_id asc, turn_index asc

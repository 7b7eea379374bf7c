-- name: turns
-- question: Who spoke when, stretch by stretch, and what was said, as redacted?
-- grain: one row per turn, a stretch of one speaker
-- key: call_id, turn_index
-- columns:
--   call_id: the call
--   turn_index: the turn's place in the call in time order, from 0 without holes
--   channel: the recording's channel the turn was heard on, from 0
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   start_ms [ms]: where its first word begins; null if the engine gives no word times
--   end_ms [ms]: where its last word ends; null if the engine gives no word times
--   text: its words as redacted
--   word_count: how many words it has
--   mean_confidence [0-1]: mean over its words; null if the engine gives none
--   sentiment [-1 to 1]: mood of the words by the VADER lexicon; null if they are not English
--   loudness_dbfs [dBFS]: RMS of the sound of its words; null if the engine gives no word times
--   peak_dbfs [dBFS]: the loudest sample of its words; null if the engine gives no word times
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: no call with words has landed
-- limits: turns of two speakers overlap where they talk at once
select
    call_id,
    turn_index,
    channel,
    speaker,
    start_ms,
    end_ms,
    text,
    word_count,
    mean_confidence,
    sentiment,
    loudness_dbfs,
    peak_dbfs,
    call_date
from stored.turns

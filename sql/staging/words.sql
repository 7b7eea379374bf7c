-- name: words
-- question: What was said in each call, word by word, as redacted?
-- grain: one row per word
-- key: call_id, word_index
-- columns:
--   call_id: the call
--   channel: the recording's channel the word was heard on, from 0
--   speaker: agent, customer, speaker_0 ...; null if unknown
--   turn_index: the turn the word belongs to, from 0 within the call
--   word_index: the word's place in the call in time order, from 0 without holes
--   word: the word as redacted; [CARD_NUMBER] and the like where something was taken out
--   start_ms [ms]: where it begins on the recording's clock; null if the engine gives no word times
--   end_ms [ms]: where it ends; null if the engine gives no word times
--   confidence [0-1]: how sure the engine was; null if the engine gives none
--   entity: what was taken out, such as CARD_NUMBER; null unless redacted
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: no call with words has landed
-- limits: times are the engine's; confidence is kept to whole percents, so equal values are common
select
    call_id,
    channel,
    speaker,
    turn_index,
    word_index,
    word,
    start_ms,
    start_ms + duration_ms as end_ms,
    confidence_percent / 100.0 as confidence,
    entity,
    call_date
from stored.words

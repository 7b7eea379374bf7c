-- name: redactions
-- question: What personal data was found in each call, and what was done about it?
-- grain: one row per finding, without its value
-- key: finding_id
-- columns:
--   finding_id: the finding
--   call_id: the call
--   entity: what was found, such as CARD_NUMBER
--   reason: why it was taken for one
--   score [0-1]: how sure the detector was
--   tier: auto (taken out), flagged (taken out, worth a look) or review (left in until a person decides)
--   channel: the recording's channel, from 0; null for a passage, see start_word
--   speaker: who said it; null if unknown
--   start_word: word_index of its first word; null for a passage: speech that got no words, and that a
--     person had muted
--   end_word: word_index after its last word; null as above
--   start_ms [ms]: where it begins; null if the engine gives no word times
--   end_ms [ms]: where it ends; null if the engine gives no word times
--   mode: how it was taken out: label, numbered, pseudonym, reversible or delete_only; none if left in
--   detector_version: names the rules that found it
--   review_status: what a person decided; null if nobody has looked
--   rules_hash: names exactly the rules that were applied
--   key_id: the key of its pseudonym or of the value that is kept; null if no key was used
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: nothing personal was found, or no call has landed
-- limits: what the detector missed has no row here
select
    finding_id,
    call_id,
    entity,
    reason,
    score,
    tier,
    channel,
    speaker,
    start_word,
    end_word,
    start_ms,
    end_ms,
    mode,
    detector_version,
    review_status,
    rules_hash,
    key_id,
    call_date
from stored.redactions

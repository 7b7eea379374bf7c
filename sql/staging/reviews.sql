-- name: reviews
-- question: What did people decide about findings and doubtful words?
-- grain: one row per decision
-- key: review_id
-- columns:
--   review_id: the decision
--   call_id: the call
--   finding_id: the finding decided on; null where it is about words that were none
--   reviewer: who decided
--   decided_at [UTC]: when
--   decision: accepted, rejected (no personal data), changed (other words or another entity), missed (marked
--     by hand), muted (a passage without words is muted), cleared (nothing personal there), commented, or
--     withdrawn (see undoes)
--   before: what was decided on, as JSON: entity, start_word, end_word, start_ms; null without a finding
--   after: what was marked instead, likewise; of a passage start_ms and end_ms count; null if nothing was
--   reason: the reviewer's comment, as redacted; null if there is none
--   kind: why it was shown: finding, doubtful, sample_redacted, sample_untouched; null if nothing asked
--   undoes: the decision that a withdrawal takes back; null for any other
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: nobody has reviewed anything
-- limits: a later decision on the same finding is a further row; the newest counts
select
    review_id,
    call_id,
    finding_id,
    reviewer,
    decided_at,
    decision,
    before,
    after,
    reason,
    kind,
    undoes,
    call_date
from stored.reviews

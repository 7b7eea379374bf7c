-- name: certificates
-- question: What was done to each call before it landed, signed so that later edits show?
-- grain: one row per landed call
-- key: call_id
-- columns:
--   call_id: the call
--   issued_at [UTC]: when it was certified
--   body [JSON]: versions, rules, key ids, counts and digests; no value
--   key_id: the key it is signed with
--   signature: HMAC-SHA-256 of the body
--   call_date [UTC date]: the day of the call; null if unknown
-- empty: no call has landed
-- limits: `callarchive certificate` checks the signature and the digests; SQL cannot
select
    call_id,
    issued_at,
    body,
    key_id,
    signature,
    call_date
from stored.certificates

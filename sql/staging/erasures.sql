-- name: erasures
-- question: What was erased, when, at whose word, and what became of it?
-- grain: one row per erasure
-- key: erasure_id
-- columns:
--   erasure_id: the erasure
--   asked: what was asked for: call, customer, age or retention
--   subject: a keyed hash of the call's id, the customer's keys, an age in days, or the policy's hash
--   asked_by: the account that asked on its machine
--   asked_at [UTC]: when
--   state: begun; done once nothing is left; withdrawn where a legal hold came first
--   calls: calls and recordings that were erased whole
--   held_calls: calls that stayed because of a legal hold
--   finished_at [UTC]: when nothing was left; null until then
--   receipt [JSON]: what was removed where, as counts and names that tell nothing; unsigned until done
--   key_id: the key the receipt is signed with
--   signature: HMAC-SHA-256 of the receipt
--   names_key_id: the key behind the names that erased recordings have in the ledger
-- empty: nothing was ever erased
-- limits: `callarchive erase --verify` checks the signature and looks through the lake; SQL cannot
select
    erasure_id,
    asked,
    subject,
    asked_by,
    asked_at,
    state,
    calls,
    held_calls,
    finished_at,
    receipt,
    key_id,
    signature,
    names_key_id
from stored.erasures

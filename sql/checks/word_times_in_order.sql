-- name: word_times_in_order
-- question: Do word times run forward on each channel, within the recording?
-- grain: one row per word whose times do not
-- key: call_id, word_index
-- columns:
--   call_id: the call
--   word_index: the word's place in the call
--   start_ms [ms]: where it begins
--   end_ms [ms]: where it ends
--   earlier_start_ms [ms]: the latest beginning among the words before it on its channel; null if
--     none
--   duration_ms [ms]: length of the recording
-- empty: the promise holds
-- limits: words without times are passed over; where two talk at once, words of one channel precede
with words as (
    select
        call_id,
        channel,
        word_index,
        start_ms,
        end_ms
    from words
),

calls as (
    select
        call_id,
        duration_ms
    from calls
),

followed as (
    select
        call_id,
        word_index,
        start_ms,
        end_ms,
        max(start_ms) over (
            partition by call_id, channel
            order by word_index
            rows between unbounded preceding and 1 preceding
        ) as earlier_start_ms
    from words
),

placed as (
    select
        followed.call_id,
        followed.word_index,
        followed.start_ms,
        followed.end_ms,
        followed.earlier_start_ms,
        calls.duration_ms
    from followed
    inner join calls on followed.call_id = calls.call_id
),

broken as (
    select * from placed
    where
        start_ms < 0
        or end_ms < start_ms
        or end_ms > duration_ms
        or start_ms < earlier_start_ms
)

select * from broken

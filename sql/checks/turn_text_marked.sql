-- name: turn_text_marked
-- question: Does every turn's text show what was taken out of its words, and nothing more?
-- grain: one row per turn whose text does not
-- key: call_id, turn_index
-- columns:
--   call_id: the call
--   turn_index: the turn
--   missing_marks: entities taken out of its words that its text does not show
--   stray_marks: entities its text shows that were not taken out of its words
-- empty: the promise holds
-- limits: counts kinds of marks, not how often each stands there; the text itself is not shown
with words as (
    select
        call_id,
        turn_index,
        entity
    from words
    where entity is not null
),

turns as (
    select
        call_id,
        turn_index,
        text
    from turns
),

taken_out as (
    select
        call_id,
        turn_index,
        list(distinct entity) as entities
    from words
    group by call_id, turn_index
),

shown as (
    select
        turns.call_id,
        turns.turn_index,
        coalesce(taken_out.entities, []) as taken_out,
        coalesce(
            regexp_extract_all(
                turns.text,
                '\[([A-Z][A-Z0-9]*(?:_[A-Z][A-Z0-9]*)*)(?:_[0-9]+|_[0-9a-f]{12})?\]',
                1
            ),
            []
        ) as shown
    from turns
    left join taken_out on turns.call_id = taken_out.call_id and turns.turn_index = taken_out.turn_index
),

compared as (
    select
        call_id,
        turn_index,
        len(list_filter(taken_out, lambda mark: not list_contains(shown, mark))) as missing_marks,
        len(list_filter(list_distinct(shown), lambda mark: not list_contains(taken_out, mark))) as stray_marks
    from shown
),

broken as (
    select * from compared
    where missing_marks > 0 or stray_marks > 0
)

select * from broken

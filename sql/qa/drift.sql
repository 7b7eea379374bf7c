-- name: drift
-- question: Does an engine hear the newest calls worse, or better, than those of the weeks before?
-- grain: one row per engine and model that heard calls in both stretches
-- key: engine, model
-- parameters:
--   days [days] (integer, default 7): the newest days on which calls landed
--   against_days [days] (integer, default 28): the days before them that they are held against
--   until [UTC date] (date, default none): last day of landing asked about; none is the newest
-- columns:
--   engine: the speech engine
--   model: the engine's model
--   calls: calls landed in the newest days
--   calls_before: calls landed in the days before
--   mean_confidence [0-1]: of the newest calls, each weighted by its words; null if the engine gives none
--   mean_confidence_before [0-1]: of those before
--   confidence_change [-1 to 1]: the difference; negative is worse
--   unheard_share [0-1]: speech of the newest calls that has no word; null if nobody has looked
--   unheard_share_before [0-1]: of those before
--   unheard_change [-1 to 1]: the difference; positive is worse
--   words_per_minute [words/min]: of the newest calls
--   words_per_minute_before [words/min]: of those before
-- empty: no engine heard calls in both stretches
-- limits: by the day a call landed; other queues, agents or lines change these figures too; few calls are
--   chance
with calls as (
    select
        engine,
        model,
        word_count,
        duration_ms,
        speech_ms,
        unheard_ms,
        cast(mean_confidence as double) as mean_confidence,
        cast(landed_at as date) as landed_on
    from calls
    where $until is null or cast(landed_at as date) <= $until
),

aged as (
    select
        *,
        max(landed_on) over () - landed_on as age_days
    from calls
),

dated as (
    select
        *,
        age_days < $days as is_new
    from aged
    where age_days < $days + $against_days
),

stretches as (
    select
        engine,
        model,
        is_new,
        count(*) as calls,
        sum(mean_confidence * word_count)
        / nullif(sum(word_count) filter (where mean_confidence is not null), 0) as mean_confidence,
        sum(unheard_ms) / nullif(sum(speech_ms), 0) as unheard_share,
        sum(word_count) * 60000 / nullif(sum(duration_ms), 0) as words_per_minute
    from dated
    group by engine, model, is_new
),

compared as (
    select
        latest.engine,
        latest.model,
        latest.calls,
        earlier.calls as calls_before,
        latest.mean_confidence,
        earlier.mean_confidence as mean_confidence_before,
        latest.mean_confidence - earlier.mean_confidence as confidence_change,
        latest.unheard_share,
        earlier.unheard_share as unheard_share_before,
        latest.unheard_share - earlier.unheard_share as unheard_change,
        latest.words_per_minute,
        earlier.words_per_minute as words_per_minute_before
    from stretches as latest
    inner join stretches as earlier
        on latest.engine = earlier.engine and latest.model is not distinct from earlier.model
    where latest.is_new and not earlier.is_new
)

select * from compared
order by engine, model

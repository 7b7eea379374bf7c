"""Cartesia: POST /stt (cartesia 4.2.0 and stt.yml)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tasks.stand_in.multipart import value, values
from tasks.stand_in.page import Visit, answer, duration_s, mixed, new_id, text_of, written

if TYPE_CHECKING:
    from starlette.responses import Response


async def transcribe(visit: Visit) -> Response:
    """A transcript without confidence."""
    if (
        visit.request.headers.get("x-api-key") != visit.desk.key
    ):  # the SDK sends the one, pages show the other
        visit.need_header("authorization", f"Bearer {visit.desk.key}", "Invalid API key", "unauthorized")
    visit.need(visit.request.headers.get("cartesia-version"), 400, "Cartesia-Version is required")
    form = visit.form()
    model = value(form, "model") or ""
    visit.need(model.startswith("ink-whisper"), 400, "model is not available", "model_not_found")
    granularity = values(form, "timestamp_granularities[]")
    visit.need(set(granularity) <= {"word"}, 422, "timestamp_granularities: only word")
    channels = visit.file(form)
    [words] = await visit.heard(mixed(channels))  # down-mixed, presumably: no page says
    content: dict[str, Any] = {
        "text": text_of(words),
        "language": value(form, "language") or "en",
        "duration": duration_s(channels),
        "request_id": new_id(),
        "type": "transcript",
    }
    if granularity:
        content["words"] = [
            {"word": text, "start": word.start_s, "end": word.end_s}
            for text, word in zip(written(words), words, strict=True)
        ]
    return answer(content)

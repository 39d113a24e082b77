"""A user's programs: a conversation, as a whole and in pieces, and a transcription."""

from __future__ import annotations

from openai import AsyncOpenAI, OpenAI, Upload, models

RECORDING = Upload(b"RIFF", filename="voice.wav", media="audio/wav")
QUESTION = models.UserMessage(
    role="user",
    content=[
        models.TextPart(text="What is this?"),
        models.ImagePart(
            image_url=models.ImageUrl(url="https://example.com/tea.png", detail="low")
        ),
    ],
)


def text_of(message: models.AssistantMessage) -> str:
    return message.content or ""


def use(client: OpenAI) -> None:
    completion = client.chat.completions.create(model="gpt-4o-mini", messages=[QUESTION])
    text: str = text_of(completion.choices[0].message)
    assert text
    with client.chat.completions.stream(model="gpt-4o-mini", messages=[QUESTION]) as stream:
        pieces: list[str] = [
            choice.delta.content or "" for chunk in stream for choice in chunk.choices
        ]
    assert "".join(pieces) == text
    names: list[str] = [model.id for model in client.models.list().data]
    assert names
    transcript = client.audio.transcriptions.create(file=RECORDING, model="whisper-1")
    assert transcript.text
    assert [file.filename for file in client.files.iter_list(limit=1)] == ["a.jsonl", "b.jsonl"]


async def use_async(client: AsyncOpenAI) -> None:
    completion = await client.chat.completions.create(model="gpt-4o-mini", messages=[QUESTION])
    text: str = text_of(completion.choices[0].message)
    pieces: list[str] = []
    async with client.chat.completions.stream(model="gpt-4o-mini", messages=[QUESTION]) as stream:
        async for chunk in stream:
            pieces += [choice.delta.content or "" for choice in chunk.choices]
    assert "".join(pieces) == text
    transcript = await client.audio.transcriptions.create(file=RECORDING, model="whisper-1")
    assert transcript.text
    assert [file.id async for file in client.files.iter_list()] == ["file-1", "file-2"]

"""OpenAI: one route that returns JSON or server-sent events, tagged parts of messages, and uploads of recordings."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from tests.apis.conftest import Tell
from tests.apis.openai.server import KEY, OpenAIService
from tests.servers import Server, serving


@pytest.fixture
def service() -> OpenAIService:
    return OpenAIService()


@pytest.fixture
def server(service: OpenAIService) -> Iterator[Server]:
    with serving(service) as running:
        yield running


def test_a_conversation_with_a_picture_a_recording_and_a_function(
    tell: Tell, package: Any, service: OpenAIService, server: Server
) -> None:
    m = package.models

    async def story(client: Any) -> None:
        parts = [
            m.TextPart(text="What do you hear?"),
            m.ImagePart(image_url=m.ImageUrl(url="data:image/png;base64,AA==")),
            m.AudioPart(input_audio=m.InputAudio(data=b"RIFF", format="wav")),
        ]
        first = await client.chat.completions.create(
            model="gpt-4o-mini",
            messages=[m.SystemMessage(content="Be brief."), m.UserMessage(content=parts)],
        )
        assert first.choices[0].message.content == "2 messages: text+image_url+input_audio"
        assert first.choices[0].finish_reason is m.FinishReason.STOP
        assert first.usage.total_tokens == 5
        assert service.messages[1]["content"][2]["input_audio"] == {
            "data": "UklGRg==",
            "format": "wav",
        }

        tool = m.Tool(function=m.FunctionDefinition(name="weather", parameters={"type": "object"}))
        question = m.UserMessage(content="Is it raining?")
        second = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[question], tools=[tool]
        )
        reply = second.choices[0].message
        assert (reply.content, reply.tool_calls[0].function.name) == (None, "weather")
        result = m.ToolMessage(tool_call_id=reply.tool_calls[0].id, content="It is.")
        third = await client.chat.completions.create(
            model="gpt-4o-mini", messages=[question, reply, result]
        )
        assert third.choices[0].message.content == "3 messages: It is."
        sent = service.messages[1]
        assert (sent["content"], sent["refusal"], sent["tool_calls"][0]["id"]) == (
            None,
            None,
            "call_1",
        )

    tell(story, hosts=[f"{server.url}/v1"], token=KEY)


async def read(stream: Any) -> None:
    async with stream:
        async for _ in stream:
            pass


def test_the_same_route_streams(
    tell: Tell, package: Any, service: OpenAIService, server: Server
) -> None:
    m = package.models
    hello = [m.UserMessage(content="hello")]

    async def story(client: Any) -> None:
        options = m.StreamOptions(include_usage=True)
        text, usage = "", None
        async with client.chat.completions.stream(
            model="gpt-4o-mini", messages=hello, stream_options=options
        ) as stream:
            async for chunk in stream:
                text += "".join(choice.delta.content or "" for choice in chunk.choices)
                usage = chunk.usage or usage
        assert (text, usage.total_tokens) == ("1 messages: hello", 5)
        request = server.received[-1]
        assert json.loads(request.body)["stream"] is True
        assert request.header("Accept") == "text/event-stream"

        service.break_after = 2
        with pytest.raises(package.errors.StreamBroken) as broken:
            await read(client.chat.completions.stream(model="gpt-4o-mini", messages=hello))
        assert broken.value.delivered == 2

        service.break_after = None
        for service.error_after, outcome, attempts in ((0, "rejected", 2), (1, "unknown", 1)):
            before = len(server.received)
            with pytest.raises(package.errors.RateLimitExceeded, match="Overloaded") as failed:
                await read(client.chat.completions.stream(model="gpt-4o-mini", messages=hello))
            assert failed.value.outcome == outcome
            assert len(server.received) - before == attempts

        service.error_after, service.error_code = 0, "server_error"
        before = len(server.received)
        with pytest.raises(package.errors.ServerFailure) as crashed:
            await read(client.chat.completions.stream(model="gpt-4o-mini", messages=hello))
        assert (
            crashed.value.outcome == "unknown"
        )  # documented with 500, although the stream has 200
        assert len(server.received) - before == 1
        service.error_after, service.error_code = None, "rate_limit_exceeded"

        with pytest.raises(package.errors.ModelNotFound):
            await read(client.chat.completions.stream(model="gpt-0", messages=hello))

    tell(story, hosts=[f"{server.url}/v1"], token=KEY, max_attempts=2)


def test_recordings_and_files(tell: Tell, package: Any, server: Server, tmp_path: Path) -> None:
    recording = tmp_path / "voice.wav"
    recording.write_bytes(b"RIFF" * 1000)

    async def story(client: Any) -> None:
        transcript = await client.audio.transcriptions.create(
            file=recording, model="whisper-1", language="en"
        )
        assert transcript.text == "4000 bytes of audio/x-wav in en"
        with pytest.raises(package.errors.BadRequest) as refused:
            await client.audio.transcriptions.create(
                file=package.Upload(b"x", filename="voice.txt", media="audio/wav"),
                model="whisper-1",
            )
        assert refused.value.detail == "file"
        spoken = tmp_path / "spoken.mp3"
        await client.audio.speech.create(model="tts-1", input="tea", voice="alloy").save(spoken)
        assert spoken.read_bytes() == b"alloy says tea"

        for number in range(3):
            upload = package.Upload(b"{}" * number, filename=f"{number}.jsonl")
            await client.files.create(purpose="batch", file=upload)
        files = [file async for file in client.files.iter_list(limit=2)]
        assert [(file.filename, file.bytes) for file in files[-3:]] == [
            ("0.jsonl", 0),
            ("1.jsonl", 2),
            ("2.jsonl", 4),
        ]
        assert await client.files.content(files[-1].id).read() == b"{}{}"

    tell(story, hosts=[f"{server.url}/v1"], token=KEY)


def test_models_and_errors(tell: Tell, package: Any, server: Server) -> None:
    async def story(client: Any) -> None:
        assert (await client.models.list()).data[0].owned_by == "system"
        tuned = await client.models.retrieve("ft:gpt-4o-mini:tea")
        assert (await client.models.delete(tuned.id)).deleted
        with pytest.raises(package.errors.ModelNotFound) as unknown:
            await client.models.retrieve("gpt-0")
        assert unknown.value.request_id == "req_1"
        assert unknown.value.outcome == "rejected"

    tell(story, hosts=[f"{server.url}/v1"], token=KEY)

    async def refused(client: Any) -> None:
        with pytest.raises(package.errors.InvalidApiKey):
            await client.models.list()

    tell(refused, hosts=[f"{server.url}/v1"], token="wrong")

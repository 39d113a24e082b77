"""Programs of a user of Replicate: make pictures, and clean up."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from msgspec import convert
from replicate import AsyncReplicate, Replicate, errors, models

VERSION = "5c7d5dc6dd8bf75c1acaa8565735e7986bc5b66206b55cca93cb72c9bf15ccaa"


def urls(prediction: models.Prediction) -> list[str]:
    """Return the URLs of the outputs."""
    return convert(prediction.output, list[str])


def use(client: Replicate) -> None:
    """Run a model, wait for it, and save its outputs."""
    try:
        started = client.predictions.create(version=VERSION, input={"prompt": "A cup of tea"})
    except errors.InvalidInput as error:
        print(error.message, error.remedies)
        return
    done = client.predictions.wait_get(started.id, deadline=600)
    match done.status:
        case models.PredictionStatus.SUCCEEDED:
            with TemporaryDirectory() as folder:
                for url in urls(done):
                    client.files.download(output_url=url).save(Path(folder, "tea.png"))
        case models.PredictionStatus.FAILED:
            print(done.error)
        case _:
            print(done.status, done.completed_at)


async def use_async(client: AsyncReplicate) -> None:
    """Cancel what still runs."""
    async for prediction in client.predictions.iter_list():
        if prediction.status == models.PredictionStatus.PROCESSING:
            await client.predictions.cancel(prediction.id)

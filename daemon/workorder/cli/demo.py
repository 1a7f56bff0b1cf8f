"""`workorder demo`: the main job, shown on an embedded mail server."""

import tempfile
from pathlib import Path

import click

from workorder.cli.output import say


@click.command()
@click.option("--once", is_flag=True, help="End when the scenes are over.")
@click.option(
    "--dir",
    "folder",
    type=click.Path(path_type=Path, file_okay=False),
    help="Where mails, PDFs and the site are left [a new folder].",
)
def demo(once: bool, folder: Path | None) -> None:
    """Real mails go in over SMTP, work orders open, notices with PDFs come out."""
    from workorder.demo.show import show  # noqa: PLC0415 - needs the packages of the demo extra

    place = folder or Path(tempfile.mkdtemp(prefix="workorder-demo-"))
    place.mkdir(parents=True, exist_ok=True)
    show(place.resolve(), once=once, say=say)

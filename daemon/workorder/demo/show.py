"""Running the scenes, one after the other, and telling of them."""

import signal
import threading
from collections.abc import Callable
from pathlib import Path

from workorder.demo.play import Play
from workorder.demo.scenes import SCENES
from workorder.demo.stage import DemoError, Stage


def show(folder: Path, *, once: bool, say: Callable[[str], None]) -> None:
    """Play every scene in `folder`, which holds nothing of an earlier demo; then wait for Ctrl-C.

    Raises:
        DemoError: a scene did not go as told.
    """
    if any(folder.iterdir()):
        raise DemoError(f"{folder} is not empty: the demo leaves its mails in a folder of its own")
    stop = threading.Event()
    with Stage(folder, say) as stage:
        play = Play(stage=stage, say=say)
        for number, scene in enumerate(SCENES, start=1):
            say(f"\n{number}. {scene.__doc__}")
            scene(play)
        say(f"\nMails and PDFs: {folder / 'mails'}")
        say(f"The site:       workorder --config {folder / 'config.toml'} list")
        say(f"The portal:     {stage.site.config.site.portal_url}")
        if once:
            return
        say(
            "                One click there, and you are Jane, a customer, or Maria, a technician."
        )
        say(f"Send it mail:   smtp://127.0.0.1:{stage.host.smtp_port}   (Ctrl-C ends)")
        for signum in (signal.SIGINT, signal.SIGTERM):
            signal.signal(signum, lambda *_: stop.set())
        stop.wait()

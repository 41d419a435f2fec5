"""JupyterLab and Notebook 7 for tests: a server of our own, notebooks in it, and when it is ready.

- serving("jupyterlab", folder)     or "notebook": a Server; it and its kernels end with the block
- idle(page), run_all(page)         what a person would wait for, and do
"""

from __future__ import annotations

import json
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
PATIENCE = 180_000  # milliseconds, for a kernel that starts while other tests run
KERNEL = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
SETTINGS = {  # no window about news, no cell that is unmounted because it has been scrolled away
    "apputils-extension/notification": {"fetchNews": "false", "checkForUpdates": False},
    "notebook-extension/tracker": {"windowingMode": "none"},
}


class Server:
    """A server of our own: its address and its token."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.token = folder, secrets.token_hex(16)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.address = f"http://127.0.0.1:{free.getsockname()[1]}"

    def call(self, path: str, method: str = "GET") -> list | dict | None:
        request = urllib.request.Request(f"{self.address}/api/{path}", method=method)
        request.add_header("Authorization", f"token {self.token}")
        with urllib.request.urlopen(request, timeout=20) as answer:
            return json.loads(answer.read() or b"null")

    def wait(self, process: subprocess.Popen, log: Path) -> None:
        for _ in range(240):
            try:
                self.call("status")
                return
            except (urllib.error.URLError, OSError):
                assert process.poll() is None, log.read_text()
                time.sleep(0.5)
        raise AssertionError(f"The server did not answer within two minutes:\n{log.read_text()}")


@contextmanager
def serving(app: str, home: Path) -> Iterator[Server]:
    """The server of "jupyterlab" or "notebook" on a free port; it and its kernels end with the block."""
    folders = {name: home / name.lower() for name in ("HOME", "IPYTHONDIR", "NOTEBOOKS")}
    folders |= {f"JUPYTER_{name}_DIR": home / name.lower() for name in ("CONFIG", "DATA", "RUNTIME")}
    folders |= {f"JUPYTERLAB_{name}_DIR": home / name.lower() for name in ("SETTINGS", "WORKSPACES")}
    for folder in folders.values():
        folder.mkdir()
    for plugin, settings in SETTINGS.items():
        file = folders["JUPYTERLAB_SETTINGS_DIR"] / "@jupyterlab" / f"{plugin}.jupyterlab-settings"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(settings))
    server, log = Server(folders["NOTEBOOKS"]), home / "log"
    environment = (
        os.environ | {name: str(folder) for name, folder in folders.items()} | {"PYTHONPATH": str(ROOT)}
    )
    command = [
        sys.executable, "-m", app, "--no-browser", "--allow-root", "--expose-app-in-browser",
        "--ServerApp.ip=127.0.0.1", f"--ServerApp.port={server.address.rpartition(':')[2]}",
        "--ServerApp.port_retries=0", f"--IdentityProvider.token={server.token}",
        f"--ServerApp.root_dir={server.folder}",
    ]  # fmt: skip
    with log.open("w") as out:
        process = subprocess.Popen(command, env=environment, stdout=out, stderr=out, start_new_session=True)
    try:
        server.wait(process, log)
        yield server
    finally:
        try:
            for kernel in server.call("kernels") or []:
                server.call(f"kernels/{kernel['id']}", "DELETE")
            process.terminate()
            process.wait(30)
        except (OSError, subprocess.TimeoutExpired):
            os.killpg(process.pid, signal.SIGKILL)  # its own group: the server and its kernels
            process.wait(30)


def idle(page) -> None:
    """Wait for the kernel. The indicator alone says "idle" also while there is no kernel yet."""
    page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').wait_for()
    page.wait_for_function(
        """() => {
             const context = window.jupyterapp?.shell.currentWidget?.sessionContext;
             return context?.isReady && context.session?.kernel?.status === 'idle';
           }""",
        timeout=PATIENCE,
    )
    page.locator(".jp-Notebook .jp-Cell").first.wait_for()


def run_all(page) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text=re.compile("^Run$")).click()
    page.get_by_text("Run All Cells", exact=True).click()
    # every code cell has been given its number, and none waits for it
    page.wait_for_function(
        """() => [...document.querySelectorAll('.jp-Notebook .jp-CodeCell')].every((cell) =>
             /^\\[\\d+\\]:$/.test(cell.querySelector('.jp-InputPrompt').textContent.trim())
             || !cell.querySelector('.cm-content').textContent.trim())""",
        timeout=PATIENCE,
    )
    idle(page)

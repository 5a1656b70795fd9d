"""JupyterLab in a headless Chromium: start both, open a lesson, run it, look at it."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

CHROMIUM = (
    shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextmanager
def running_lab(folder: Path, settings: Path) -> Iterator[str]:
    """Serve `folder` by JupyterLab on a free port; yield its address."""
    set_setting(settings, "notification", {"fetchNews": "false", "checkForUpdates": False})
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "PYTHONPATH": str(Path(__file__).resolve().parents[2]),  # this checkout, not another
        "JUPYTERLAB_SETTINGS_DIR": str(settings / "lab"),
        "JUPYTER_RUNTIME_DIR": str(settings / "runtime"),
        "JUPYTERLAB_WORKSPACES_DIR": str(settings / "workspaces"),
        "TF_CPP_MIN_LOG_LEVEL": "3",
    }
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--IdentityProvider.token=", f"--ServerApp.root_dir={folder}"]
    server = subprocess.Popen(
        command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/api", server)
        yield address
    finally:
        server.terminate()
        server.wait(timeout=20)


def set_setting(settings: Path, name: str, values: dict[str, Any]) -> None:
    """Set what JupyterLab's appearance goes by; a page loaded later has it."""
    own = settings / "lab" / "@jupyterlab" / "apputils-extension"
    own.mkdir(parents=True, exist_ok=True)
    (own / f"{name}.jupyterlab-settings").write_text(json.dumps(values))


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    for _ in range(120):
        if server.poll() is not None:
            raise RuntimeError(f"JupyterLab ended with status {server.returncode}.")
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except OSError:
            time.sleep(0.5)
    raise RuntimeError("JupyterLab did not answer within a minute.")


@contextmanager
def chromium_page(
    *, dark: bool = False, height: int = 1000, flags: Sequence[str] = ()
) -> Iterator[Any]:
    """Open a page of a headless Chromium, perhaps with more flags than the usual ones."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS, *flags])
        scheme = "dark" if dark else "light"
        page = browser.new_page(viewport={"width": 1200, "height": height}, color_scheme=scheme)
        try:
            yield page
        finally:
            browser.close()


def open_notebook(page: Any, address: str, name: str) -> None:
    """Show a notebook alone, and wait until its kernel is idle."""
    page.goto(f"{address}/doc/tree/{name}")
    page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
    wait_until_idle(page, 60)


def wait_until_idle(page: Any, seconds: float) -> None:
    """Wait until nothing runs and no cell is queued."""
    page.get_by_text("(ipykernel) | Idle").wait_for(timeout=1000 * seconds)
    page.wait_for_function(
        "() => ![...document.querySelectorAll('.jp-InputPrompt')]"
        ".some(prompt => prompt.textContent.includes('*'))",
        timeout=1000 * seconds,
    )


def run_all(page: Any, seconds: float) -> None:
    """Run every cell of the open notebook and wait for the last."""
    page.get_by_role("menuitem", name="Run", exact=True).click()
    page.get_by_role("menuitem", name="Run All Cells", exact=True).click()
    page.wait_for_timeout(1500)
    wait_until_idle(page, seconds)

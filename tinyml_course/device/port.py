"""Finding and opening the serial port of a board."""

from __future__ import annotations

from typing import Protocol

from tinyml_course.device.conversation import Stream
from tinyml_course.errors import DeviceError

BAUD = 115_200
READ_TIMEOUT_S = 0.05
WRITE_TIMEOUT_S = 2.0
USB_VENDOR = 0x2341  # Arduino
USB_SKETCH, USB_BOOT_LOADER = 0x805A, 0x005A  # Nano 33 BLE: running a sketch, waiting for one


class Port(Stream, Protocol):
    """A stream that can be closed."""

    def close(self) -> None:
        """Give the port back."""


def find_port() -> str:
    """Return the name of the only port with a Nano 33 BLE on it.

    Raises
    ------
    DeviceError
        There is none, or it waits for an upload, or there are several.
    """
    from serial.tools import list_ports

    ours = [port for port in list_ports.comports() if port.vid == USB_VENDOR]
    running = [port.device for port in ours if port.pid == USB_SKETCH]
    if len(running) == 1:
        return str(running[0])
    if running:
        raise DeviceError(
            f"there are several boards: {', '.join(running)}. Name the port you mean."
        )
    if any(port.pid == USB_BOOT_LOADER for port in ours):
        raise DeviceError("the board is in its boot loader and runs no sketch. Upload the sketch.")
    raise DeviceError(
        "no Nano 33 BLE is connected. Plug it in with a USB cable that carries data, "
        "or name its port."
    )


def list_ports() -> list[tuple[str, str]]:
    """Return the name of each serial port of this computer, and what is on it."""
    from serial.tools import list_ports as tool

    found = sorted(tool.comports(), key=lambda port: str(port.device))
    return [(str(port.device), str(port.description or "unknown")) for port in found]


def ports_in_words() -> str:
    """Return a sentence that names the ports there are."""
    found = list_ports()
    if not found:
        return "This computer has no serial port now: is the board plugged in?"
    return "Ports here: " + ", ".join(f"{name} ({what})" for name, what in found) + "."


def only_port() -> str:
    """Return the name of the only port that is on USB.

    Raises
    ------
    DeviceError
        There is none, or there are several.
    """
    from serial.tools import list_ports as tool

    found = [str(port.device) for port in tool.comports() if port.vid is not None]
    if len(found) == 1:
        return found[0]
    raise DeviceError(
        f"there are several boards: {', '.join(sorted(found))}. Name the port you mean."
        if found
        else "no board is connected by USB. Plug it in with a cable that carries data, or name its "
        f"port. {ports_in_words()}"
    )


def open_port(name: str, baud: int = BAUD) -> Port:
    """Open a serial port.

    Parameters
    ----------
    name : str
        Such as ``/dev/ttyACM0`` or ``COM3``; pyserial's URLs work too.
    baud : int
        Bits a second, for a board behind a UART.

    Returns
    -------
    serial.Serial

    Raises
    ------
    DeviceError
        The port does not exist, is in use, or may not be opened by this user.
    """
    import serial

    try:
        port: Port = serial.serial_for_url(
            name, baudrate=baud, timeout=READ_TIMEOUT_S, write_timeout=WRITE_TIMEOUT_S
        )
    except (OSError, ValueError) as error:
        raise DeviceError(
            f"port {name} cannot be opened: {error}. Is the board plugged in, is the Serial "
            f"Monitor closed, and (Linux) is your user in the group dialout? {ports_in_words()}"
        ) from error
    return port

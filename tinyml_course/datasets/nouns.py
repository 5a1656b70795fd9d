"""What one sample of a task is called, and where it comes from, in words for people."""

NOUNS = {"parts": "picture"}


def noun(task: str, count: int = 1) -> str:
    """Return what a task's samples are called: "recording", "pictures"."""
    return NOUNS.get(task, "recording") + ("" if count == 1 else "s")


def counted(task: str, count: int) -> str:
    """Return a number of samples in words.

    Examples
    --------
    >>> counted("gestures", 1), counted("parts", 1200)
    ('1 recording', '1,200 pictures')
    """
    return f"{count:,} {noun(task, count)}"

"""A browser in two words, from what it says of itself: enough to tell one's own sessions apart."""

from __future__ import annotations

from typing import Final

#: First match wins; (what stands in the user agent, word).
PROGRAMS: Final = (
    ("edg/", "Edge"), ("opr/", "Opera"), ("firefox/", "Firefox"), ("samsungbrowser/", "Samsung"),
    ("chromium", "Chromium"), ("chrome/", "Chrome"), ("safari/", "Safari"), ("curl/", "curl"),
    ("python", "Python"),
)  # fmt: skip
SYSTEMS: Final = (
    ("android", "Android"), ("iphone", "iPhone"), ("ipad", "iPad"), ("windows", "Windows"),
    ("mac os", "macOS"), ("cros", "ChromeOS"), ("linux", "Linux"),
)  # fmt: skip


def device_words(agent: str) -> str:
    """``Firefox, Windows``; empty where nothing is known."""
    said = agent.lower()
    found = [
        next((word for sign, word in table if sign in said), "") for table in (PROGRAMS, SYSTEMS)
    ]
    return ", ".join(word for word in found if word)

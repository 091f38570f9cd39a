"""The appearance and behaviour of the page, as options of Streamlit."""

from __future__ import annotations

from typing import Final

Option = str | int | bool | list[str] | list[int]

_APPEARANCE: Final[dict[str, Option]] = {
    "theme.baseRadius": "0.5rem",
    "theme.headingFontWeights": [650, 600, 600, 600, 600, 600],
    "theme.headingFontSizes": ["1.75rem", "1.3rem", "1.1rem", "1rem", "1rem", "1rem"],
    "theme.showWidgetBorder": True,
    "theme.paddingTop": "1.5rem",
    "theme.light.primaryColor": "#0b6b74",
    "theme.light.backgroundColor": "#ffffff",
    "theme.light.secondaryBackgroundColor": "#f4f6f6",
    "theme.light.textColor": "#1d2a2e",
    "theme.light.borderColor": "#d5dddf",
    "theme.dark.primaryColor": "#4db6bf",
    "theme.dark.backgroundColor": "#12181a",
    "theme.dark.secondaryBackgroundColor": "#1c2427",
    "theme.dark.textColor": "#e6ecee",
    "theme.dark.borderColor": "#3a474b",
}

_BEHAVIOUR: Final[dict[str, Option]] = {
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "minimal",
    "logger.hideWelcomeMessage": True,
    "logger.level": "warning",
    "runner.magicEnabled": False,
    "server.enableCORS": True,
    "server.enableXsrfProtection": True,
    "server.fileWatcherType": "none",
    "server.headless": True,
    "server.showEmailPrompt": False,
}


def options(port: int, host: str, upload_mb: int) -> dict[str, Option]:
    """Streamlit's options for a page served at `host` and `port`, with uploads of up to `upload_mb`
    megabytes.
    """
    return {
        **_APPEARANCE,
        **_BEHAVIOUR,
        "server.port": port,
        "server.address": host,
        "server.maxUploadSize": upload_mb,  # per file; the API enforces its own limit
    }

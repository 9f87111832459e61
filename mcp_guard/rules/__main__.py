"""Write the rules' pages: `python -m mcp_guard.rules [FOLDER]`, without a folder `docs/rules` of this checkout."""

from __future__ import annotations

import os
import sys

from mcp_guard.rules import RULES, pages

_FOLDER = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "rules")

if __name__ == "__main__":
    pages.write(sys.argv[1] if sys.argv[1:] else os.path.normpath(_FOLDER), pages.files(RULES))

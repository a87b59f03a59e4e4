"""For all tests: `tests/` is on the import path, so that `from support.x import y` works."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

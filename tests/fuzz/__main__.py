"""``python -m tests.fuzz``: see ``tests.fuzz.runner``."""

import sys

from tests.fuzz.runner import main

sys.exit(main())

"""The example in docs/bots.md runs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[3] / "docs" / "bots.md"


async def test_the_example_runs(capsys: Any) -> None:
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    names: dict[str, Any] = {}
    exec(compile(code[1], PAGE.name, "exec"), names)
    await names["demo"]()
    assert "pt_" in capsys.readouterr().out

# ---
# jupyter:
#   jupytext:
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A session, replayed as a live room
#
# Everything that happened in a session stands in its log. Here a session that is over is played again in a Sala of its own, as fast as you like: the console shows people
# coming, speaking, leaving, and the attendance of the replay is identical with that of the original.

# %%
import os
import sys
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path.cwd().parent if Path.cwd().name == "notebooks" else Path.cwd()))  # the project's folder

import pandas as pd
import panel as pn

from apps.replay import Replay
from apps.single import running
from data.database import open_database
from data.frames import open_data
from data.sample import fill

pn.extension(inline=True)
SPEED = float(os.environ.get("SALA_REPLAY_SPEED", "300"))  # an hour in 12 s; math.inf waits for nothing

# %%
folder = tempfile.TemporaryDirectory(prefix="sala-sample-")
with open_database(folder.name) as database:
    fill(database, seed=3, sessions=3)
original = open_data(folder.name)  # or your own home folder, "var"
session = original.sessions().sort_values("participants")["session_id"].iloc[0]
original.sessions().set_index("session_id").loc[[session], ["title", "opened_at", "length_s", "participants"]]

# %% [markdown]
# ## Playing it
#
# `console_url` can be opened beside the notebook while the cell runs.

# %%
stack = AsyncExitStack()
sala = await stack.enter_async_context(running(console=True))
replay = await Replay.of(sala, folder.name, session)
print(f"{replay.lines} lines; console: {sala.console_url} (admin@localhost, password {sala.password})")

# %%
state = pn.indicators.Progress(max=replay.lines, value=0, width=400)
said = pn.pane.Markdown("")


def shown(event) -> None:
    """Called with each line of the log after everybody was told of it."""
    state.value = event.number
    present = sum(live["present"] for live in sala.hub.live_rooms())
    said.object = f"`{event.at:%H:%M:%S}` UTC · {present} people · {event.type}"


pn.Column(state, said)

# %%
await replay.play(speed=SPEED, each=shown)

# %% [markdown]
# ## The attendance is identical

# %%
with open_data(sala.settings.home) as again:
    for name in ("attendance", "timeline", "sessions", "speaking", "chat", "hands"):
        pd.testing.assert_frame_equal(
            getattr(again, name)(session_id=session), getattr(original, name)(session_id=session)
        )
    attendance = again.attendance(session_id=session)
attendance[["name", "present_s", "reconnections", "spoke_s"]].head()

# %%
await stack.aclose()
original.close()
folder.cleanup()

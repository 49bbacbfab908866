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
# # A live frame of a running room
#
# The same frames as after a session, read while it goes on: an open session counts until now. Here a Sala runs in the notebook, with two synthetic people; to look at
# your own, leave out the first cells and use `open_data("var")`, or the database's URL.

# %%
import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path.cwd().parent if Path.cwd().name == "notebooks" else Path.cwd()))  # the project's folder

import panel as pn

from apps.bots import PortalBot
from apps.single import running
from data.frames import open_data

pn.extension(inline=True)
SHOW_S = float(os.environ.get("SALA_SHOW_S", "20"))  # how long the cell below goes on; tests use less

# %%
stack = AsyncExitStack()
sala = await stack.enter_async_context(running(demo=True))
maria, paul = [
    await stack.enter_async_context(PortalBot(link, camera=False, tone_hz=pitch))
    for link, pitch in zip(list(sala.demo_links.values())[:2], (140, 220), strict=True)
]
await maria.seated()
await paul.seated()

# %% [markdown]
# The table below is read anew every second. It can be used like any frame.

# %%
home = open_data(sala.settings.home)
COLUMNS = ["name", "present", "present_s", "microphone_s", "spoke_s", "hands", "messages"]
view = pn.pane.DataFrame(home.attendance()[COLUMNS], index=False, width=760)
view


# %%
async def follow(seconds: float) -> None:
    """Show what is there, every second."""
    for second in range(round(seconds)):
        view.object = home.attendance()[COLUMNS].round(1)
        if second == 1:
            await paul.command("raise_hand")
            await maria.say("Good morning!")
        await asyncio.sleep(1)


await follow(SHOW_S)
frame = home.attendance()
assert frame["present"].all()
assert frame["hands"].sum() == 1
frame[COLUMNS].round(1)

# %% [markdown]
# The pure commands of the console work too: the Hub is at hand.

# %%
[(live["present"], live["publishing"]) for live in sala.hub.live_rooms()]

# %%
home.close()
await stack.aclose()

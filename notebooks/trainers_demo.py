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
# # Sala in a notebook: the trainers' demo
#
# The whole platform starts here, in this notebook, on free ports: portal, console, media. Synthetic people come in with picture and sound. Run the cells from above; the last one
# ends everything and deletes what it made.

# %%
import asyncio
import os
import sys
from contextlib import AsyncExitStack
from pathlib import Path

sys.path.insert(0, str(Path.cwd().parent if Path.cwd().name == "notebooks" else Path.cwd()))  # the project's folder

import panel as pn
from IPython.display import IFrame, display

from apps.bots import PortalBot
from apps.live.commands import GivePresenter, LockMicrophones
from apps.live.state import Actor
from apps.single import running

pn.extension(inline=True)
HERE = "http://127.0.0.1:*,http://localhost:*"  # only pages of this machine may hold Sala's pages in a frame

# %%
stack = AsyncExitStack()
sala = await stack.enter_async_context(running(demo=True, console=True, embed_in=HERE))
print(f"Portal: {sala.url}")
print(f"Console: {sala.console_url}  (admin@localhost, password {sala.password})")

# %% [markdown]
# ## The console
#
# Sign in with the address and password printed above, and look at *Demo conference* while the next cells run: who comes in stands there at once.


# %%
def frame(address: str, height: int = 640) -> IFrame:
    """Show a page of Sala in this cell, with what a conference may use."""
    allowed = 'title="Sala" allow="camera; microphone; display-capture; autoplay; fullscreen; screen-wake-lock"'
    return IFrame(address, width="100%", height=height, extras=[allowed])


display(frame(f"{sala.url}/signin?next=/console/", 760))

# %% [markdown]
# ## People come in
#
# Each bot uses its personal link, exactly as a browser does: picture, sound, chat, hand.

# %%
you, *links = sala.demo_links.values()
bots = [
    await stack.enter_async_context(PortalBot(link, picture=number, tone_hz=120 + 40 * number))
    for number, link in enumerate(links[:-1], 1)  # the last link is for you
]
moderator = await stack.enter_async_context(PortalBot(you, camera=True, picture=3, tone_hz=110))
for bot in (moderator, *bots):
    await bot.seated()
[one["name"] for one in moderator.room.participants.values()]

# %% [markdown]
# ## The portal, as a participant sees it
#
# Press *Enter*; your browser asks for microphone and camera only if you switch them on. The picture of the bots plays in the frame.

# %%
display(frame(links[-1]))

# %% [markdown]
# ## Steering it from Python
#
# What the console's buttons do are commands; a notebook can give them, too, and the same rules decide.

# %%
room = sala.hub.live_rooms()[0]["room"]
house = Actor("account", "notebook", "moderator")
await bots[0].command("raise_hand")
await moderator.say("Can everybody hear me?")
await sala.hub.command(house, room, GivePresenter(participant=bots[0].me), name="Notebook")
await sala.hub.command(house, room, LockMicrophones(locked=True), name="Notebook")
await bots[0].until(lambda: any(event["type"] == "microphones_locked" for event in bots[0].events))
snapshot = await sala.hub.snapshot(room)
assert snapshot["presenter"] == bots[0].me
[(one["name"], one["role"], one["microphone"], one["camera"]) for one in snapshot["participants"]]

# %% [markdown]
# Look around as long as you like. With `SALA_NB_TEST` set, as in the tests, the notebook goes on by itself.

# %% [markdown]
# ## The end
#
# Bots leave, the servers end, the temporary folder is deleted.

# %% tags=["the-end"]
if "SALA_NB_STAY" not in os.environ:
    tasks_before = len(asyncio.all_tasks())
    await stack.aclose()
    print(f"ended; {tasks_before} tasks then, {len(asyncio.all_tasks())} now")

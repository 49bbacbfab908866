"""What participants and the console ask of a session: each command goes to who prepares it, most straight to the decision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, get_args

from apps.live import commands as cmd
from apps.live import ledger, presenting
from apps.live.commands_presence import SetPresenceChecks
from apps.live.commands_presenting import StartPresentation
from apps.live.commands_recording import BeginRecording, StartRecording
from apps.live.commands_tender import AnswerStatement, FileStatement, TenderCommand
from apps.live.state import Actor, Denied
from data.commitments import commit, new_salt
from data.ids import AccountId, MessageId, ParticipantId, RecordingId, new_id

if TYPE_CHECKING:
    from apps.live.session_runner import SessionRunner


async def carried_out(runner: SessionRunner, command: cmd.WireCommand, actor: Actor) -> Mapping[str, Any] | Denied:
    """Carry out what an actor asks for; return the values of the answer."""
    if isinstance(command, cmd.SendMessage):
        return await _say(runner, command, actor)
    if isinstance(command, StartRecording):
        return await _start_recording(runner, command, actor)
    if isinstance(command, FileStatement):
        return await runner.statements.file(actor, command)
    if isinstance(command, AnswerStatement):
        return await runner.statements.answer(actor, command)
    if isinstance(command, get_args(TenderCommand)):
        return await runner.floor.ask(actor, command)
    if isinstance(command, SetPresenceChecks):
        return await runner.presence.set_checks(actor, command)
    prepared = await presenting.prepared(runner, command) if isinstance(command, StartPresentation) else command
    answer = prepared if isinstance(prepared, Denied) else await runner.act(prepared, actor)
    return answer if isinstance(answer, Denied) else {}


async def _start_recording(runner: SessionRunner, command: StartRecording, actor: Actor) -> Mapping[str, Any] | Denied:
    recording = RecordingId(new_id("rc"))
    begun = await runner.act(BeginRecording(recording=recording, name=command.name, takes=command.takes), actor)
    return begun if isinstance(begun, Denied) else {"recording": recording} if begun else {}


async def _say(runner: SessionRunner, command: cmd.SendMessage, actor: Actor) -> Mapping[str, Any] | Denied:
    text = ledger.NewText(
        message=MessageId(new_id("ms")),
        to=command.to,
        text=command.text,
        salt=new_salt(),
        participant=ParticipantId(actor.id) if actor.kind == "participant" else None,
        account=AccountId(actor.id) if actor.kind == "account" else None,
    )
    commitment = commit(salt=text.salt, text=text.text)
    post = cmd.PostMessage(message=text.message, to=text.to, commitment=commitment)
    answer = await runner.act(post, actor, text=text)
    return answer if isinstance(answer, Denied) else {"message": text.message}

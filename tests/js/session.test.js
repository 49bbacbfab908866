import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Session } from '../../apps/portal/assets/js/session.js';
import { event, FakeClock, FakePeerConnection, FakeSocket, settled, snapshot } from './fakes.js';

const OFFER = { transport: 'tr_1', sdp: 'mic cam scr sca a0 a1 v0 v1' };
let clock;
let session;
let meanwhile = () => {}; // what happens while a silent path is waited for
let news;
const socket = () => FakeSocket.made.at(-1);
const pc = () => FakePeerConnection.made.at(-1);

beforeEach(() => {
  FakeSocket.made = [];
  FakePeerConnection.made = [];
  clock = new FakeClock();
  news = [];
  session = new Session({
    url: 'ws://sala/ws/room/demo', device: 'desktop', tab: 't1',
    connection: { createSocket: (url) => new FakeSocket(url), nowMs: () => clock.nowMs, random: () => 0, timers: clock.timers },
    createPeerConnection: (configuration) => new FakePeerConnection(configuration),
    waitQuiet: async () => meanwhile(),
  });
  meanwhile = () => (pc().received += 1);
  session.onnews = (one) => one.event && news.push(one.event.type);
});

afterEach(() => session.end({ reason: 'left', by: null, go: null, message: '' }));

async function welcomed(change = {}) {
  if (session.phase === 'outside' || session.phase === 'over') session.enter();
  socket().open();
  socket().say({ type: 'welcome', you: 'pt_1', snapshot: snapshot(), offer: OFFER, ice_servers: [], now: '', ...change });
  await settled();
}

test('the answer to the offer sends on the four send lines and receives on the others', async () => {
  await welcomed();
  assert.equal(session.phase, 'inside');
  assert.deepEqual(socket().last('answer'), {
    type: 'answer', transport: 'tr_1',
    sdp: 'mic:sendonly cam:sendonly scr:sendonly sca:sendonly a0:recvonly a1:recvonly v0:recvonly v1:recvonly',
  });
  assert.ok(pc().line('cam').sender.parameters.encodings[0].maxBitrate >= 1_000_000);
});

test('waiting turns into the conference by itself', async () => {
  session.enter();
  socket().open();
  socket().say({ type: 'waiting', reason: 'not_open', room: { title: 'Demo', starts_at: null } });
  assert.equal(session.phase, 'waiting');
  socket().say({ type: 'welcome', you: 'pt_1', snapshot: snapshot(), offer: OFFER, ice_servers: [], now: '' });
  assert.equal(session.phase, 'inside');
});

test('events are folded in order; after a gap the rest is asked for once', async () => {
  await welcomed();
  socket().say({ type: 'events', events: [event(11, 'hand_raised', { participant: 'pt_2' })] });
  socket().say({ type: 'events', events: [event(14, 'microphone_on', { participant: 'pt_2' })] });
  socket().say({ type: 'events', events: [event(15, 'microphone_off', { participant: 'pt_2' })] });
  assert.equal(session.state.number, 11);
  assert.deepEqual(socket().sent.filter((message) => message.type === 'since'), [{ type: 'since', number: 11 }]);
  const rest = [12, 13, 14].map((number) => event(number, 'hidden'));
  socket().say({ type: 'events', events: [...rest, event(15, 'hand_lowered', { participant: 'pt_2' })] });
  assert.deepEqual([session.state.number, session.state.hands], [15, []]);
});

test('hidden neighbours come as one and leave no gap', async () => {
  await welcomed();
  socket().say({ type: 'events', events: [event(14, 'hidden', { since: 11 }), event(15, 'hand_raised', { participant: 'pt_2' })] });
  assert.deepEqual([session.state.number, session.state.hands.length], [15, 1]);
  socket().say({ type: 'events', events: [event(20, 'hidden', { since: 17 })] });
  assert.deepEqual(socket().sent.filter((message) => message.type === 'since'), [{ type: 'since', number: 15 }]);
});

test('an event that was seen already happens once', async () => {
  await welcomed();
  const raised = event(11, 'hand_raised', { participant: 'pt_2' });
  socket().say({ type: 'events', events: [raised] });
  socket().say({ type: 'events', events: [raised] });
  assert.deepEqual(news, ['hand_raised']);
});

test('a command gets its own answer', async () => {
  await welcomed();
  const [first, second] = [session.command({ type: 'raise_hand' }), session.command({ type: 'set_screen', on: true })];
  const ids = socket().sent.filter((message) => message.type === 'command').map((message) => message.id);
  socket().say({ type: 'denied', id: ids[1], code: 'not_presenter', message: 'No.' });
  socket().say({ type: 'done', id: ids[0] });
  assert.deepEqual(await first, { ok: true });
  assert.deepEqual(await second, { ok: false, code: 'not_presenter', message: 'No.' });
});

test('a command without a connection is refused at once', async () => {
  assert.deepEqual(await session.command({ type: 'raise_hand' }), { ok: false, code: 'not_connected', message: '' });
});

test('after a loss the place is kept: hello names session, last event and the transport that still lives', async () => {
  await welcomed();
  pc().change('connected');
  socket().say({ type: 'events', events: [event(11, 'hidden')] });
  socket().drop();
  assert.equal(session.phase, 'reconnecting');
  assert.equal(session.state.number, 11);
  clock.pass(0);
  socket().open();
  const hello = { type: 'hello', device: 'desktop', tab: 't1', since: 11, session: 'se_1', transport: 'tr_1' };
  assert.deepEqual(socket().sent, [hello]);
  socket().say({ type: 'welcome', you: 'pt_1', snapshot: snapshot({ number: 12 }), offer: null, ice_servers: [], now: '' });
  await settled();
  assert.equal(session.phase, 'inside');
  assert.equal(FakePeerConnection.made.length, 1, 'the peer connection went on');
});

test('a dead transport is not claimed', async () => {
  await welcomed();
  pc().change('connected');
  pc().change('disconnected');
  socket().drop();
  clock.pass(0);
  socket().open();
  assert.equal(socket().sent[0].transport, null);
});

test('a fresh offer is answered beside the old connection, which goes once the new one carries', async () => {
  await welcomed();
  const old = pc();
  old.change('connected');
  socket().say({ type: 'offer', transport: 'tr_2', sdp: OFFER.sdp });
  await settled();
  assert.equal(socket().last('answer').transport, 'tr_2');
  assert.equal(session.media.current.pc, old);
  pc().change('connected');
  assert.equal(session.media.current.pc, pc());
  assert.equal(old.connectionState, 'closed');
});

test('when the network changed, a path by which nothing comes is replaced, and one that carries is kept', async () => {
  await welcomed();
  pc().change('connected');
  session.networkChanged();
  await settled();
  assert.equal(socket().last('new_transport'), undefined);
  assert.equal(session.media.liveTransport, 'tr_1');
  meanwhile = () => {};
  session.networkChanged();
  await settled();
  assert.deepEqual(socket().last('new_transport'), { type: 'new_transport' });
  assert.equal(session.media.liveTransport, null);
});

test('a socket that is lost with its network comes back without claiming the dead transport', async () => {
  await welcomed();
  pc().change('connected');
  meanwhile = () => {};
  session.networkChanged();
  await settled();
  clock.pass(1300); // no pong came
  assert.equal(FakeSocket.made.length, 2);
  socket().open();
  assert.equal(socket().sent[0].transport, null);
});

test('a peer connection that hears nothing has the socket asked too', async () => {
  await welcomed();
  pc().change('connected');
  pc().change('disconnected');
  assert.equal(socket().last('ping').type, 'ping');
  clock.pass(1300);
  assert.equal(FakeSocket.made.length, 2, 'no pong came either');
});

test('where nothing connects the page is told that the network lets no media through, until one does', async () => {
  session.media.blockedAfterMs = 1;
  await welcomed();
  pc().change('connecting');
  while (!session.media.blocked) await settled();
  pc().change('connected');
  assert.equal(session.media.blocked, false);
});

test('a fresh offer brings fresh passwords of relays', async () => {
  await welcomed({ ice_servers: [{ urls: 'turn:a', credential: 'old' }] });
  socket().say({ type: 'offer', transport: 'tr_2', sdp: OFFER.sdp, ice_servers: [{ urls: 'turn:a', credential: 'new' }] });
  await settled();
  assert.equal(pc().configuration.iceServers[0].credential, 'new');
});

test('a failed peer connection asks for a new transport, not twice in a moment', async () => {
  await welcomed();
  pc().change('connected');
  pc().change('failed');
  pc().change('failed');
  assert.equal(socket().sent.filter((message) => message.type === 'new_transport').length, 1);
});

test('a track is put on its line now, and on the line of every later connection', async () => {
  await welcomed();
  pc().change('connected');
  await session.media.put('camera', { id: 'my camera' });
  assert.deepEqual(pc().line('cam').sender.track, { id: 'my camera' });
  socket().say({ type: 'offer', transport: 'tr_2', sdp: OFFER.sdp });
  await settled();
  assert.deepEqual(pc().line('cam').sender.track, { id: 'my camera' });
  await session.media.put('camera', null);
  assert.ok(FakePeerConnection.made.every((one) => one.line('cam').sender.track === null));
});

test('slots tell which line shows whom, also when they come before the answer is out', async () => {
  session.enter();
  socket().open();
  const camera = { participant: 'pt_2', source: 'camera' };
  socket().say({ type: 'welcome', you: 'pt_1', snapshot: snapshot(), offer: OFFER, ice_servers: [], now: '' });
  socket().say({ type: 'slots', transport: 'tr_1', slots: { v0: camera, v1: null } });
  await settled();
  assert.equal(session.media.videoOf(camera, true).mid, 'v0');
  assert.equal(session.media.videoOf(camera, false), null);
  socket().say({ type: 'slots', transport: 'tr_1', slots: { v0: null, v1: camera } });
  assert.equal(session.media.videoOf(camera, true), null);
  assert.equal(session.media.videoOf(camera, false).track.id, 'track-v1');
  assert.deepEqual([...session.media.sounds.keys()], ['a0', 'a1']);
});

test('the view is for the newest transport that was answered', async () => {
  const view = { stage: null, thumbnails: [], stage_height_px: 360, thumbnail_height_px: 90 };
  assert.equal(session.sendView(view), false);
  await welcomed();
  assert.equal(session.sendView(view), true);
  assert.deepEqual(socket().last('view'), { type: 'view', transport: 'tr_1', ...view });
});

test('removed, ended, elsewhere: everything is let go of and the reason stays', async () => {
  for (const [message, reason] of [
    [{ type: 'closed', reason: 'removed', by: null, go: '/', message: 'Removed.' }, 'removed'],
    [{ type: 'closed', reason: 'ended', by: 'Ana', go: '/', message: '' }, 'ended'],
    [{ type: 'refused', code: 'elsewhere', message: 'Elsewhere.' }, 'elsewhere'],
  ]) {
    await welcomed();
    const left = pc();
    socket().say(message);
    assert.equal(session.phase, 'over');
    assert.equal(session.ending.reason, reason);
    assert.equal(left.connectionState, 'closed');
    assert.equal(session.state, null);
  }
});

test('disconnecting works without a server', async () => {
  await welcomed();
  socket().drop();
  await session.leave();
  assert.equal(session.phase, 'over');
  assert.equal(session.ending.reason, 'left');
});

test('events that are known already are heard once more where they were asked for', async () => {
  await welcomed();
  const past = [];
  session.onpast = (events) => past.push(...events.map((one) => one.number));
  socket().say({ type: 'events', events: [event(9, 'hand_raised', { participant: 'pt_2' }), event(10, 'hand_lowered', { participant: 'pt_2' }), event(11, 'hand_raised', { participant: 'pt_2' })] });
  assert.deepEqual(past, [9, 10]);
  assert.equal(session.state.number, 11);
});

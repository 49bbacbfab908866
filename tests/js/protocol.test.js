import assert from 'node:assert/strict';
import { beforeEach, test } from 'node:test';
import { Connection, reconnectDelayS, RECONNECT_DELAYS_S, RECONNECT_JITTER_S } from '../../apps/portal/assets/js/protocol.js';
import { FakeClock, FakeSocket } from './fakes.js';

let clock;
let connection;
let states;
const sockets = () => FakeSocket.made;

beforeEach(() => {
  FakeSocket.made = [];
  clock = new FakeClock();
  states = [];
  connection = new Connection({
    url: 'ws://sala/ws/room/demo',
    hello: () => ({ tab: 't1' }),
    createSocket: (url) => new FakeSocket(url),
    nowMs: () => clock.nowMs,
    random: () => 0.5,
    timers: clock.timers,
  });
  connection.onstate = (state) => states.push(state);
});

function opened() {
  connection.open();
  sockets().at(-1).open();
  return sockets().at(-1);
}

test('hello is the first word, at every connection', () => {
  const first = opened();
  assert.deepEqual(first.sent, [{ type: 'hello', tab: 't1' }]);
  first.drop();
  clock.pass(0);
  sockets().at(-1).open();
  assert.equal(sockets().length, 2);
  assert.equal(sockets()[1].sent[0].type, 'hello');
});

test('a connection counts as open once the server has spoken', () => {
  const socket = opened();
  assert.deepEqual(states, ['connecting']);
  socket.say({ type: 'waiting' });
  assert.deepEqual(states, ['connecting', 'open']);
});

test('the first attempt to come back is immediate, later ones wait longer and never 5 s', () => {
  assert.equal(reconnectDelayS(0, () => 1), 0);
  const delays = RECONNECT_DELAYS_S.map((_, attempt) => reconnectDelayS(attempt, () => 0));
  assert.deepEqual(delays, [...delays].sort((a, b) => a - b));
  assert.equal(reconnectDelayS(1000, () => 0), delays.at(-1));
  assert.ok(delays.at(-1) + RECONNECT_JITTER_S < 5);
});

test('silence of 12 s is a lost connection; pings go out before', () => {
  const socket = opened();
  socket.say({ type: 'pong' });
  clock.pass(8100);
  assert.equal(socket.sent.filter((message) => message.type === 'ping').length, 2);
  assert.equal(connection.state, 'open');
  clock.pass(4000);
  assert.ok(socket.closed);
  assert.equal(sockets().length, 2, 'a new socket was opened at once');
});

test('after a hint that the network changed, an answer must come soon', () => {
  const socket = opened();
  socket.say({ type: 'pong' });
  clock.pass(100);
  connection.probe();
  connection.probe();
  assert.equal(socket.sent.filter((message) => message.type === 'ping').length, 1);
  clock.pass(1000);
  socket.say({ type: 'pong' });
  clock.pass(1000);
  assert.equal(sockets().length, 1);
  connection.probe();
  clock.pass(1300);
  assert.ok(socket.closed);
  assert.equal(sockets().length, 2);
});

test('a computer that slept hears first what came meanwhile, and only then takes the line for lost', () => {
  const socket = opened();
  socket.say({ type: 'pong' });
  connection.probe();
  clock.standStill(8000);
  clock.pass(0);
  socket.say({ type: 'pong' });
  clock.pass(1000);
  assert.equal(sockets().length, 1);
  clock.pass(3000);
  clock.standStill(20_000);
  clock.pass(500);
  socket.say({ type: 'pong' });
  clock.pass(500);
  assert.equal(sockets().length, 1);
  clock.standStill(20_000);
  clock.pass(1000);
  assert.ok(socket.closed);
  assert.equal(sockets().length, 2, 'nothing had come');
});

test('what the server says keeps the connection', () => {
  const socket = opened();
  for (let times = 0; times < 10; times += 1) {
    socket.say({ type: 'pong' });
    clock.pass(4000);
  }
  assert.equal(sockets().length, 1);
});

test('an attempt that hangs is given up after 5 s', () => {
  connection.open();
  clock.pass(8100);
  assert.ok(sockets()[0].closed);
  assert.ok(sockets().length >= 2);
});

test('after refused or closed nobody comes back', () => {
  for (const type of ['refused', 'closed']) {
    const socket = opened();
    const before = sockets().length;
    socket.say({ type });
    clock.pass(60_000);
    assert.equal(connection.state, 'closed');
    assert.equal(sockets().length, before);
  }
});

test('going online cuts the waiting short', () => {
  opened().drop();
  clock.pass(0);
  sockets().at(-1).drop();
  const before = sockets().length;
  connection.retryNow();
  assert.equal(sockets().length, before + 1);
  connection.retryNow();
  assert.equal(sockets().length, before + 1, 'an attempt that runs is not doubled');
});

test('nothing is sent while there is no open socket', () => {
  assert.equal(connection.send({ type: 'ping' }), false);
  const socket = opened();
  assert.equal(connection.send({ type: 'ping' }), true);
  socket.drop();
  assert.equal(connection.send({ type: 'ping' }), false);
});

/** @param {FakeSocket} socket */
const early = (socket, saidHello = false, heard = []) => ({ socket, saidHello, heard });

test('a socket that was opened early is taken over, in whatever state it is', () => {
  const waiting = new FakeSocket('early');
  connection.open(early(waiting));
  waiting.open();
  assert.equal(waiting.sent[0].type, 'hello');

  const already = new FakeSocket('early');
  already.readyState = 1;
  connection.open(early(already));
  assert.equal(already.sent[0].type, 'hello');

  const dead = new FakeSocket('early');
  dead.readyState = 3;
  connection.open(early(dead));
  clock.pass(0);
  assert.equal(sockets().at(-1).url, 'ws://sala/ws/room/demo');
});

test('what came before the modules is heard in order, and hello is not said twice', () => {
  const heard = [];
  connection.onmessage = (message) => heard.push(message.type);
  const begun = new FakeSocket('early');
  begun.readyState = 1;
  connection.open(early(begun, true, ['{"type":"welcome"}', '{"type":"events"}']));
  assert.deepEqual(begun.sent, []);
  assert.deepEqual(heard, ['welcome', 'events']);
  begun.say({ type: 'pong' });
  assert.deepEqual(heard, ['welcome', 'events', 'pong']);
  assert.equal(connection.state, 'open');
});

test('who was refused before the modules came does not come back by itself', () => {
  const begun = new FakeSocket('early');
  begun.readyState = 1;
  connection.open(early(begun, true, ['{"type":"refused"}', '{"type":"events"}']));
  clock.pass(10_000);
  assert.equal(connection.state, 'closed');
  assert.ok(begun.closed);
});

/** Small real classes that stand for the browser's: a socket, a clock, a peer connection. */

export class FakeSocket {
  static made = [];
  readyState = 0;
  sent = [];
  closed = false;
  onopen = null;
  onclose = null;
  onmessage = null;
  onerror = null;

  constructor(url) {
    this.url = url;
    FakeSocket.made.push(this);
  }

  open() {
    this.readyState = 1;
    this.onopen?.({});
  }

  say(message) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  send(text) {
    this.sent.push(JSON.parse(text));
  }

  drop() {
    this.readyState = 3;
    this.onclose?.({});
  }

  close() {
    this.readyState = 3;
    this.closed = true;
  }

  last(type) {
    return this.sent.filter((message) => message.type === type).at(-1);
  }
}

/** A clock that moves only when told, and the timers on it. */
export class FakeClock {
  nowMs = 0;
  waiting = [];

  timers = {
    set: (work, delayMs) => {
      const timer = { work, atMs: this.nowMs + delayMs };
      this.waiting.push(timer);
      return timer;
    },
    clear: (timer) => {
      this.waiting = this.waiting.filter((one) => one !== timer);
    },
  };

  /** Let time pass with nothing running, as when a computer sleeps: what was due runs late, at the next `pass`. */
  standStill(ms) {
    this.nowMs += ms;
  }

  /** Let time pass, running what is due in order. */
  pass(ms) {
    const endMs = this.nowMs + ms;
    for (;;) {
      const next = this.waiting.filter((one) => one.atMs <= endMs).sort((a, b) => a.atMs - b.atMs)[0];
      if (!next) break;
      this.timers.clear(next);
      this.nowMs = Math.max(this.nowMs, next.atMs);
      next.work();
    }
    this.nowMs = endMs;
  }
}

class FakeSender {
  track = null;
  parameters = { encodings: [{}] };

  async replaceTrack(track) {
    this.track = track;
  }

  getParameters() {
    return this.parameters;
  }

  async setParameters(parameters) {
    this.parameters = parameters;
  }
}

/** A peer connection whose offer is the list of its mids: `"mic cam a0 v0"`. */
export class FakePeerConnection {
  static made = [];
  connectionState = 'new';
  localDescription = null;
  ontrack = null;
  onconnectionstatechange = null;
  lines = [];

  constructor(configuration) {
    this.configuration = configuration;
    FakePeerConnection.made.push(this);
  }

  async setRemoteDescription({ sdp }) {
    for (const mid of sdp.split(' ')) {
      const transceiver = { mid, direction: 'recvonly', sender: new FakeSender() };
      this.lines.push(transceiver);
      this.ontrack?.({ track: { id: `track-${mid}` }, transceiver });
    }
  }

  getTransceivers() {
    return this.lines;
  }

  async setLocalDescription() {
    this.localDescription = { sdp: this.lines.map((line) => `${line.mid}:${line.direction}`).join(' ') };
  }

  change(state) {
    this.connectionState = state;
    this.onconnectionstatechange?.({});
  }

  close() {
    this.connectionState = 'closed';
  }

  /** How much came, by the only figure that is asked for. */
  received = 0;

  async getStats() {
    return new Map([['T', { type: 'transport', bytesReceived: this.received }]]);
  }

  line(mid) {
    return this.lines.find((line) => line.mid === mid);
  }
}

/** Let promises that are ready run on. */
export const settled = () => new Promise((resolve) => setImmediate(resolve));

export function person(id, change = {}) {
  return {
    participant: id, name: id, badge: '', guest: false, role: 'participant', presence: 'present', device: 'desktop',
    joined_at: `2026-01-01T10:00:0${id.at(-1)}.000Z`, microphone: false, camera: false, screen: false, microphone_locked: false, ...change,
  };
}

export function snapshot(change = {}) {
  return {
    session: 'se_1',
    room: { id: 'rm_1', slug: 'demo', title: 'Demo', kind: 'conference', record: false, max_participants: 50 },
    number: 10, phase: 'open', opened_at: '2026-01-01T10:00:00.000Z', microphones_locked: false, presenter: null, hands: [],
    participants: [person('pt_1'), person('pt_2'), person('pt_3')], messages: [], ...change,
  };
}

export function event(number, type, fields = {}) {
  return { number, at: '2026-01-01T10:05:00.000Z', type, actor: 'system', ...fields };
}

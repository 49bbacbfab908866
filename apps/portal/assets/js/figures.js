/**
 * What only the browser knows of its connection, told to the server by `stats` (docs/protocol.md): what its downlink carries, and what was heard
 * and seen of losses. Every few seconds, and at once when the downlink became narrower.
 */

export const LOOK_MS = 1000;
export const TELL_EVERY_MS = 5000;
const NARROWER = 0.95; // below this share of what was told last, the server is told at once
const WIDER = 1.1;

/** @typedef {{samples: number, concealed: number, freezes: number, frozenS: number}} Totals */

export class Figures {
  /** @type {any} */
  #timer = null;
  /** @type {{id: string, pc: RTCPeerConnection} | null} */
  #watched = null;
  #toldBps = 0;
  #toldAtMs = 0;
  /** @type {Totals | null} */
  #totals = null;

  /** @param {(message: Record<string, unknown>) => boolean} send @param {(stats: any[]) => void} [onlook] Hears what every look found. */
  constructor(send, onlook = () => {}) {
    this.send = send;
    this.onlook = onlook;
  }

  /** Report on this transport from now on, or on none. @param {{id: string, pc: RTCPeerConnection} | null} transport */
  watch(transport) {
    if (transport === this.#watched) return;
    clearInterval(this.#timer);
    this.#watched = transport;
    this.#totals = null;
    this.#toldBps = 0;
    this.#toldAtMs = Date.now();
    if (transport) this.#timer = setInterval(() => void this.#look(transport), LOOK_MS);
  }

  /** @param {{id: string, pc: RTCPeerConnection}} transport */
  async #look(transport) {
    const stats = [...(await transport.pc.getStats()).values()];
    if (transport !== this.#watched) return;
    this.onlook(stats);
    const bps = incomingBps(stats);
    const changed = bps > 0 && (bps < this.#toldBps * NARROWER || bps > this.#toldBps * WIDER);
    const due = Date.now() - this.#toldAtMs >= TELL_EVERY_MS;
    if (!changed && !due) return;
    const message = { type: 'stats', transport: transport.id, downlink_bps: bps || null };
    this.#toldBps = bps;
    this.send(due ? { ...message, ...this.#heardAndSeen(stats) } : message);
  }

  /** What changed since the last time. @param {any[]} stats */
  #heardAndSeen(stats) {
    const before = this.#totals;
    const now = totalsOf(stats);
    this.#totals = now;
    this.#toldAtMs = Date.now();
    if (!before || now.samples < before.samples) return {};
    const samples = now.samples - before.samples;
    return {
      concealed_pct: samples > 0 ? Math.round((1000 * Math.max(0, now.concealed - before.concealed)) / samples) / 10 : null,
      frozen_s: Math.max(0, Math.round(10 * (now.frozenS - before.frozenS)) / 10),
    };
  }
}

/** @param {any[]} stats The browser's own estimate of its downlink in bits per second; 0 where it has none. */
export function incomingBps(stats) {
  return Math.round(Math.max(0, ...stats.filter((one) => one.type === 'candidate-pair').map((one) => one.availableIncomingBitrate ?? 0)));
}

/** @param {any[]} stats @returns {Totals} Sound that was made up for lost packets, and pictures that stood still, since the beginning. */
export function totalsOf(stats) {
  const totals = { samples: 0, concealed: 0, freezes: 0, frozenS: 0 };
  for (const one of stats) {
    if (one.type !== 'inbound-rtp') continue;
    totals.samples += one.totalSamplesReceived ?? 0;
    totals.concealed += (one.concealedSamples ?? 0) - (one.silentConcealedSamples ?? 0);
    totals.freezes += one.freezeCount ?? 0;
    totals.frozenS += one.totalFreezesDuration ?? 0;
  }
  return totals;
}

/** How loud a microphone is, measured here and nowhere else. */

const EVERY_MS = 80; // fast enough to move with speech
const SILENCE_LIMIT_MS = 6000; // a working microphone is never this quiet for so long
const SILENCE_RMS = 0.0006; // below the noise of any real microphone
export const SPEECH_LEVEL = 0.28; // clearly a voice, not the room

export class LevelMeter {
  /** 0 to 1, on a scale that fits the ear. */
  level = 0;
  /** Nothing at all was heard for some seconds. */
  silent = false;
  /** @type {() => void} */
  onlevel = () => {};

  /** @type {AudioContext | null} */
  #context = null;
  /** @type {MediaStreamAudioSourceNode | null} */
  #source = null;
  /** @type {MediaStreamTrack | null} */
  #track = null;
  /** @type {any} */
  #timer = null;
  #heardAtMs = 0;

  /** Listen to another track, or to none. @param {MediaStreamTrack | null} track */
  listen(track) {
    if (track === this.#track) return;
    this.stop();
    this.#track = track;
    if (!track) return;
    this.#context = new AudioContext();
    const analyser = this.#context.createAnalyser();
    analyser.fftSize = 1024;
    this.#source = this.#context.createMediaStreamSource(new MediaStream([track]));
    this.#source.connect(analyser);
    this.#heardAtMs = performance.now();
    const samples = new Float32Array(analyser.fftSize);
    this.#timer = setInterval(() => this.#measure(analyser, samples), EVERY_MS);
  }

  stop() {
    clearInterval(this.#timer);
    this.#source?.disconnect();
    void this.#context?.close();
    this.#context = this.#source = this.#track = null;
    this.level = 0;
    this.silent = false;
  }

  /** @param {AnalyserNode} analyser @param {Float32Array<ArrayBuffer>} samples */
  #measure(analyser, samples) {
    if (this.#context?.state === 'suspended') {
      void this.#context.resume(); // the browser waits for a gesture; until then nothing is known
      return;
    }
    analyser.getFloatTimeDomainData(samples);
    const rms = Math.sqrt(samples.reduce((sum, one) => sum + one * one, 0) / samples.length);
    const nowMs = performance.now();
    if (rms > SILENCE_RMS) this.#heardAtMs = nowMs;
    this.silent = nowMs - this.#heardAtMs > SILENCE_LIMIT_MS;
    const target = Math.min(1, Math.max(0, 1 + Math.log10(Math.max(rms, 1e-5) * 4) / 2.2));
    this.level = target > this.level ? target : this.level * 0.8 + target * 0.2;
    this.onlevel();
  }
}

/** Play two soft notes on a speaker. @param {string} speakerId @returns {Promise<void>} */
export async function playTestTone(speakerId) {
  const context = new AudioContext();
  const out = context.createMediaStreamDestination();
  [523.25, 659.25].forEach((frequency, place) => note(context, out, frequency, context.currentTime + 0.1 + place * 0.35));
  const audio = new Audio();
  audio.srcObject = out.stream;
  if (speakerId && 'setSinkId' in audio) await audio.setSinkId(speakerId).catch(() => {});
  await audio.play();
  await new Promise((resolve) => setTimeout(resolve, 1300));
  audio.pause();
  await context.close();
}

/** @param {AudioContext} context @param {AudioNode} out @param {number} frequency @param {number} atS */
function note(context, out, frequency, atS) {
  const oscillator = new OscillatorNode(context, { frequency });
  const gain = new GainNode(context, { gain: 0 });
  gain.gain.setValueAtTime(0, atS);
  gain.gain.linearRampToValueAtTime(0.25, atS + 0.05);
  gain.gain.exponentialRampToValueAtTime(0.001, atS + 0.6);
  oscillator.connect(gain).connect(out);
  oscillator.start(atS);
  oscillator.stop(atS + 0.65);
}

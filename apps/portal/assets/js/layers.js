/**
 * What each encoding of the send lines may cost, and which simulcast layers are encoded at all (docs/protocol.md, "Media").
 *
 * @import {Source} from './messages.js'
 */

/** A camera's layers: a quarter, half and all of its height. One that comes alone gets the rate of the best. */
export const CAMERA_LAYERS = Object.freeze({
  l: { scale: 4, maxBps: 150_000 },
  m: { scale: 2, maxBps: 450_000 },
  h: { scale: 1, maxBps: 1_200_000 }, // enough for 1280x720 of a face
});
export const SCREEN_MAX_BPS = 1_500_000; // enough for 1920x1080 of text at 5 pictures a second and more

/** Changes of one line's parameters wait for each other: a browser refuses what was read before the last change. @type {WeakMap<RTCRtpSender, Promise<void>>} */
const busy = new WeakMap();

/**
 * Bring all send lines to their rates, and the camera to the layers that are wanted.
 *
 * @param {RTCPeerConnection} pc
 * @param {ReadonlyMap<Source, readonly string[]>} wanted By source; without an entry every layer is sent.
 */
export async function setRates(pc, wanted) {
  await Promise.all([
    change(pc, 'cam', (encodings) => encodings.forEach((one) => setCamera(one, wanted.get('camera')))),
    change(pc, 'scr', setScreen),
  ]);
}

/** Fewer pictures rather than blurred letters. @param {RTCRtpEncodingParameters[]} encodings @param {RTCRtpSendParameters & {degradationPreference?: string}} parameters */
function setScreen(encodings, parameters) {
  parameters.degradationPreference = 'maintain-resolution';
  for (const one of encodings) {
    one.maxBitrate = SCREEN_MAX_BPS;
    one.priority = 'high';
  }
}

/** @param {RTCRtpEncodingParameters} encoding @param {readonly string[] | undefined} rids */
function setCamera(encoding, rids) {
  const layer = CAMERA_LAYERS[/** @type {keyof typeof CAMERA_LAYERS} */ (encoding.rid ?? 'h')] ?? CAMERA_LAYERS.h;
  encoding.maxBitrate = layer.maxBps;
  if (encoding.rid === undefined) return;
  encoding.scaleResolutionDownBy = layer.scale;
  encoding.active = !rids || rids.includes(encoding.rid);
}

/** @param {RTCPeerConnection} pc @param {string} mid @param {(encodings: RTCRtpEncodingParameters[], parameters: RTCRtpSendParameters) => void} edit */
async function change(pc, mid, edit) {
  const sender = pc.getTransceivers().find((line) => line.mid === mid)?.sender;
  if (!sender) return;
  const turn = (busy.get(sender) ?? Promise.resolve()).then(async () => {
    const parameters = sender.getParameters();
    if (!parameters?.encodings?.length) return;
    edit(parameters.encodings, parameters);
    await sender.setParameters(parameters).catch(() => {}); // a browser that can't keeps its own limits
  });
  busy.set(sender, turn);
  await turn;
}

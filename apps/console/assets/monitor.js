/** The stage as video: the portal's own connection and choice of the stage, without a seat. Nothing is asked for until somebody presses. */
export function render({ model }) {
  const video = h("video", { autoplay: true, playsinline: true, muted: true });
  video.muted = true;
  const audio = h("audio", { autoplay: true });
  audio.muted = true;
  const words = h("p", { role: "status" });
  const who = h("span", { class: "who" });
  const holder = h("span", {});
  const root = h("div", {}, h("div", { class: "screen" }, video, words), h("div", { class: "tools" }, holder, who), audio);
  let content = {};
  let session = null;
  let modules = null;
  let hold = null;
  let sent = "";
  let again = 0;
  let wanted = false;
  let tick = 0;

  const say = (text) => { words.textContent = text ?? ""; words.hidden = !text; };
  const buttons = () => {
    const sound = { name: "sound", icon: audio.muted ? "sound-off" : "sound", label: audio.muted ? content.sound_on : content.sound_off, tone: "quiet" };
    const run = wanted ? { name: "stop", icon: "stop", label: content.stop, tone: "quiet" } : { name: "start", icon: "live", label: content.start };
    replaceKeepingFocus(holder, ...[run, ...(wanted ? [sound] : [])].map((action) => actionButton(action, press)));
  };
  const press = (name) => {
    if (name === "start") start();
    if (name === "stop") stop();
    if (name === "sound") audio.muted = !audio.muted;
    buttons();
  };
  const start = () => { wanted = true; say(content.waiting); model.send_msg({ ticket: true }); };
  const stop = () => {
    wanted = false;
    clearTimeout(again);
    clearInterval(tick);
    close();
    say("");
    who.textContent = "";
  };
  const close = () => {
    const old = session;
    session = null;
    if (old) { old.onchange = () => {}; old.onnews = () => {}; old.end({ reason: "left", by: null, go: null, message: "" }); }
    video.srcObject = audio.srcObject = null;
    sent = "";
  };
  const open = async (address) => {
    if (!wanted) return;
    close();
    const from = new URL(content.scripts, document.baseURI).href;
    modules ??= await Promise.all(["session", "view"].map((name) => import(`${from}${name}.js`)));
    if (!wanted) return;
    const [{ Session }, { SpeakerHold }] = modules;
    hold = new SpeakerHold();
    const mine = session = new Session({ url: address, device: "desktop", tab: "console" });
    session.onchange = () => mine === session && look();
    session.media.onchange = () => mine === session && look();
    session.enter();
    clearInterval(tick);
    tick = setInterval(look, 1000);
  };
  /** Show what belongs on the stage, and tell the server what that is. */
  const look = () => {
    if (!session) return;
    if (session.phase === "over") { // a ticket opens one socket; another one is asked for while the page wants to see
      const ended = session.ending?.reason === "ended";
      const text = session.ending?.message;
      close();
      if (ended) { stop(); buttons(); say(text); return; }
      say(content.lost);
      clearTimeout(again);
      again = setTimeout(() => wanted && model.send_msg({ ticket: true }), 2000);
      return;
    }
    const state = session.state;
    if (!state) return;
    hold.hear(session.speakers, session.me, performance.now());
    const { stage } = modules[1].choose(state, { me: session.me, pinned: null, speaker: hold.speaker });
    const height = Math.round(video.clientHeight * (window.devicePixelRatio || 1));
    const key = JSON.stringify([session.media.transport, session.media.state, stage, height]);
    if (key !== sent && session.sendView({ stage, thumbnails: [], stage_height_px: height, thumbnail_height_px: 0 })) sent = key;
    const shown = stage ? session.media.videoOf(stage, true) : null;
    if (video.srcObject?.getVideoTracks()[0] !== (shown?.track ?? undefined)) video.srcObject = shown ? new MediaStream([shown.track]) : null;
    const sounds = [...session.media.sounds.values()];
    if (audio.srcObject?.getAudioTracks().length !== sounds.length) audio.srcObject = sounds.length ? new MediaStream(sounds) : null;
    who.textContent = stage ? state.participants.get(stage.participant)?.name ?? "" : "";
    say(shown ? "" : state.presentation ? content.presentation : stage ? content.waiting : content.nothing);
  };
  const draw = (next) => {
    if (next.room !== content.room) stop();
    content = next;
    video.setAttribute("aria-label", next.label);
    buttons();
  };
  connect(model, draw, (message) => {
    if (message.socket) open(message.socket).catch(() => say(content.lost));
    if (message.refused) { stop(); buttons(); say(message.refused); }
  });
  model.on("remove", stop);
  return root;
}

const ALIVE_EVERY_MS = 5000;
const RELOADED = "sala-reloaded";
const RELOADS_APART_MS = 10000;

/** Bokeh drops changes that come while a page is being built; one that builds on them fails later, and the page would lack them for good. */
function heal(event) {
  if (!/reference .+ isn't known/.test(String((event.reason ?? event.error)?.message))) return;
  if (Date.now() - Number(sessionStorage.getItem(RELOADED)) < RELOADS_APART_MS) return;
  sessionStorage.setItem(RELOADED, String(Date.now()));
  window.location.reload();
}

/** The left panel; it also tells Python the address in the address bar, the browser's time zone, and that somebody is there. */
export function render({ model }) {
  const nav = h("nav", {});
  let drawn = {};

  const draw = (content) => {
    drawn = content;
    nav.setAttribute("aria-label", content.label);
    nav.replaceChildren(
      h("div", { class: "brand" }, h("i", {}), "Sala"),
      h("ul", {}, content.items.map((item) => h("li", {}, h("a", { href: `#/${item.name}`, "aria-current": item.name === content.current ? "page" : undefined }, icon(item.icon), item.label)))),
      h("div", { class: "who" }, h("div", {}, h("strong", {}, content.who), h("small", {}, content.email)), content.out && h("a", { href: content.out }, content.out_label),
        content.sign_out && h("button", { type: "button", class: "quiet", onclick: () => model.send_msg({ out: true }) }, icon("leave"), content.sign_out)),
    );
    if (content.title) document.title = content.title;
    if (content.language && content.owns_page) document.documentElement.lang = content.language;
  };
  const receive = (message) => {
    if (message.go !== undefined && window.location.hash !== `#/${message.go}`) window.location.hash = `#/${message.go}`;
    if (message.leave) window.location.assign(message.leave);
  };
  const place = () => (drawn.owns_page ? window.location.hash.replace(/^#\/?/, "") : "");
  const moved = () => model.send_msg({ go: place() });

  const seen = () => model.send_msg({ seen: !document.hidden });

  connect(model, draw, receive);
  if (document.hidden) seen();
  document.addEventListener("visibilitychange", seen);
  model.send_msg({ start: { go: place(), zone: Intl.DateTimeFormat().resolvedOptions().timeZone } });
  const heard = drawn.owns_page ? { hashchange: moved, error: heal, unhandledrejection: heal } : {};
  for (const [kind, listener] of Object.entries(heard)) window.addEventListener(kind, listener);
  const alive = setInterval(() => model.send_msg({ alive: true }), ALIVE_EVERY_MS);
  model.on("remove", () => { clearInterval(alive); document.removeEventListener("visibilitychange", seen); for (const [kind, listener] of Object.entries(heard)) window.removeEventListener(kind, listener); });
  return nav;
}

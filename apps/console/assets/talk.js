/** Lines of a chat or of a log, newest below; with a place to write where the content says so. */
export function render({ model }) {
  const list = h("ol", { tabindex: "0" });
  const none = h("p", { class: "empty" });
  const input = h("input", { type: "text", maxlength: "2000", autocomplete: "off", "data-key": "/", "aria-keyshortcuts": "/" });
  const all = h("button", { type: "button", class: "quiet", onclick: () => model.send_msg({ all: true }) });
  const send = h("button", { type: "submit", class: "primary" });
  const form = h("form", {}, input, send, all);
  const root = h("div", { class: "lines" });
  let lines = new Map();
  let drawn = {};

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const text = input.value.trim();
    if (!text) return;
    model.send_msg({ write: text });
    input.value = "";
  });
  const line = (item, log) => log
    ? h("li", { "data-line": item.id }, h("time", {}, item.at), h("span", {}, item.text))
    : h("li", { "data-line": item.id, class: item.gone ? "gone" : "" },
        h("span", { class: "head" }, h("strong", {}, item.name), ` · ${item.at}`, item.to && ` · ${item.to}`),
        h("span", { class: "text" }, item.text),
        item.remove && actionButton({ ...item.remove, only_icon: true, tone: "quiet", icon: "trash" }, () => model.send_msg({ press: "delete", row: item.id })));
  const draw = (content) => {
    drawn = content;
    const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
    const kept = new Map();
    for (const item of content.lines) {
      const text = JSON.stringify(item);
      const held = lines.get(item.id);
      kept.set(item.id, held?.text === text ? held : { text, node: line(item, content.log) });
    }
    lines = kept;
    const nodes = [...kept.values()].map((entry) => entry.node);
    nodes.forEach((node, place) => { if (list.children[place] !== node) list.insertBefore(node, list.children[place] ?? null); });
    while (list.children.length > nodes.length) list.lastChild.remove();
    list.setAttribute("aria-label", content.label);
    list.setAttribute("aria-live", content.log ? "off" : "polite");
    none.textContent = content.empty;
    root.className = content.log ? "lines log" : "lines";
    root.replaceChildren(...(nodes.length ? [list] : [none]), ...(content.write ? [form] : []));
    if (content.write) {
      input.setAttribute("aria-label", content.write.label);
      input.placeholder = content.write.label;
      send.textContent = content.write.send;
      all.textContent = content.write.all ?? "";
      all.hidden = !content.write.all;
      all.style.display = content.write.all ? "" : "none";
      input.disabled = send.disabled = Boolean(content.write.disabled);
    }
    if (atEnd) list.scrollTop = list.scrollHeight;
  };
  const receive = (message) => {
    if (message.focus) input.focus();
    if (!message.lines) return;
    const gone = new Set(message.gone);
    const held = new Map(drawn.lines.filter((item) => !gone.has(item.id)).map((item) => [item.id, item]));
    for (const item of message.lines) held.set(item.id, item);
    draw({ ...drawn, lines: [...held.values()] });
  };
  connect(model, draw, receive);
  shortcuts(model, root);
  return root;
}

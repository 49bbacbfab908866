/** The head of a page or a part of it: title, facts, state, actions, tabs, and what is to be known. */
export function render({ model }) {
  const bar = h("div", { class: "headline" });
  let before = "";
  const press = (name) => model.send_msg({ press: name });
  const draw = (content) => {
    if (JSON.stringify({ ...content, version: 0 }) === before) return;
    before = JSON.stringify({ ...content, version: 0 });
    bar.className = content.small ? "headline sub" : "headline";
    const heading = h(content.small ? "h2" : "h1", {}, content.title);
    replaceKeepingFocus(
      bar,
      content.back && h("a", { class: "back", href: `#/${content.back.go}` }, icon("back"), content.back.label),
      content.title && h("div", { class: "line" },
        h("div", { class: "grow" },
          h("div", { class: "title" }, heading, (content.pills ?? []).map((pill) => h("span", { class: `pill ${pill.tone}` }, pill.text))),
          content.facts && h("p", { class: "facts" }, content.facts)),
        h("div", { class: "actions" }, (content.actions ?? []).map((action) => actionButton(action, press)))),
      ...(content.boxes ?? []).map((box) => h("p", { class: `box ${box.tone}`, role: "note" }, box.text)),
      content.tabs && h("div", { class: "tabs", role: "navigation", "aria-label": content.title }, content.tabs.map((tab) => h("a", { href: `#/${tab.go}`, "aria-current": tab.current ? "page" : undefined }, tab.label))),
    );
  };
  connect(model, draw);
  shortcuts(model, bar);
  return bar;
}

/**
 * A live table: rows once, then differences {rows: new ones, and what changed of others; gone: ids; moves: [id, the one it follows]; order: all ids}. Only
 * cells that changed are drawn again, so that hundreds of rows cost nothing while one microphone goes on.
 */
export function render({ model }) {
  const root = h("div", {});
  const rows = new Map(); // id -> {row, line, cells, actions}
  let content = {};
  let body = h("tbody", {});
  let search = null;
  let empty = null;
  let table = null;
  let many = false; // rows are boxes of their own then: the browser lays out and paints only those in sight
  const MANY_ROWS = 60;
  const TELLS_SIGHT = "oncontentvisibilityautostatechange" in HTMLElement.prototype;

  const press = (row, name) => model.send_msg({ press: name, row });

  const cellNodes = (cell) => {
    if (cell === null || cell === undefined || cell === "") return [];
    if (typeof cell !== "object") return [String(cell)];
    if (cell.bars !== undefined) return [h("span", { class: `bars n${cell.bars}`, role: "img", "aria-label": cell.title, title: cell.title }, h("i", {}), h("i", {}), h("i", {}))];
    const words = cell.href ? h("a", { class: cell.main ? "main" : "", href: cell.href }, cell.text) : cell.main ? h("span", { class: "main" }, cell.text) : cell.text;
    if (cell.icon) return [h("span", { class: `state ${cell.tone ?? ""}`, title: cell.title }, icon(cell.icon), cell.text ? words : h("span", { class: "hidden" }, cell.title))];
    if (cell.pill) return [h("span", { class: `pill ${cell.pill}`, title: cell.title }, cell.text), cell.sub && h("span", { class: "sub" }, cell.sub)];
    return [cell.mark && h("span", { class: "mark", role: "img", "aria-label": cell.mark, title: cell.mark }), words, cell.badge && h("span", { class: "badge" }, cell.badge), cell.sub && h("span", { class: "sub" }, cell.sub)];
  };
  const drawCell = (entry, column, cell) => {
    const text = JSON.stringify(cell ?? "");
    const held = entry.cells.get(column.key);
    if (held.text === text) return;
    held.text = text;
    const nodes = cellNodes(cell).filter((node) => node !== null && node !== undefined && node !== false && node !== "");
    held.td.replaceChildren(...(nodes.length ? [h("span", { class: "cell" }, ...nodes)] : []));
    held.td.dataset.value = cell?.value ?? "";
  };
  const drawRow = (row) => {
    let entry = rows.get(row.id);
    if (!entry) {
      entry = { line: h("tr", { role: "row", "data-row": row.id }), cells: new Map(), actions: "", holder: h("div", {}), seen: false };
      entry.line.addEventListener("contentvisibilityautostatechange", (event) => sighted(row.id, !event.skipped));
      for (const column of content.columns) {
        const td = h("td", { role: "cell", class: [column.kind, column.wide && "wide"].filter(Boolean).join(" "), "data-title": column.wide ? undefined : column.title });
        entry.cells.set(column.key, { td, text: '""' });
        entry.line.append(td);
      }
      if (content.acts) entry.line.append(h("td", { role: "cell", class: "actions" }, entry.holder));
      rows.set(row.id, entry);
    }
    entry.row = { ...entry.row, ...row, cells: { ...entry.row?.cells, ...row.cells } };
    if (row.look !== undefined) entry.line.className = row.look;
    for (const column of content.columns) if (column.key in row.cells) drawCell(entry, column, row.cells[column.key]);
    drawActions(entry);
    return entry.line;
  };
  /** Nine buttons a row are most of a large table: those of a row out of sight are made when it comes into it. */
  const drawActions = (entry) => {
    if (many && TELLS_SIGHT && !entry.seen) return;
    const actions = JSON.stringify(entry.row.actions ?? []);
    if (entry.actions === actions) return;
    entry.actions = actions;
    replaceKeepingFocus(entry.holder, ...(entry.row.actions ?? []).map((action) => actionButton(action, (name) => press(entry.row.id, name))));
  };
  const sighted = (id, seen) => {
    const entry = rows.get(id);
    if (!entry) return;
    entry.seen = seen;
    drawActions(entry);
  };
  let filtered = false;
  const filter = () => {
    const wanted = (search?.value ?? "").trim().toLocaleLowerCase();
    if (empty && !wanted && !filtered) { empty.hidden = rows.size > 0; return; }
    filtered = Boolean(wanted);
    let shown = 0;
    for (const { line } of rows.values()) {
      const hit = !wanted || line.textContent.toLocaleLowerCase().includes(wanted);
      line.hidden = !hit;
      line.style.display = hit ? "" : "none";
      if (hit) shown += 1;
    }
    if (empty) empty.hidden = shown > 0;
  };
  const arrange = (order) => {
    order.forEach((id, place) => {
      const line = rows.get(id)?.line;
      if (line && body.children[place] !== line) body.insertBefore(line, body.children[place] ?? null);
    });
  };
  const move = (moves) => {
    for (const [id, after] of moves) {
      const line = rows.get(id)?.line;
      if (line) body.insertBefore(line, after ? rows.get(after)?.line.nextSibling ?? null : body.firstChild);
    }
  };
  const stamp = (decided) => {
    if (!decided) return;
    root.dataset.decidedAt = String(decided);
    root.dataset.renderedAt = String(Date.now() / 1000);
    root.dataset.updates = String(Number(root.dataset.updates ?? 0) + 1);
    performance.mark("sala-roster", { detail: { decided_at_s: decided, rendered_at_s: Date.now() / 1000 } });
  };
  /** Give each row a grid of the columns' widths: else one changed cell has the browser measure thousands of others. */
  const settle = () => {
    if (!many) return;
    const widths = [...table.querySelectorAll("th")].map((head) => head.offsetWidth);
    if (widths.some(Boolean)) table.style.setProperty("--columns", widths.map((width) => `minmax(0, ${width}fr)`).join(" "));
    table.classList.add("many");
  };
  const draw = (next) => {
    const wanted = search?.value ?? "";
    content = next;
    rows.clear();
    many = next.rows.length > MANY_ROWS;
    body = h("tbody", { role: "rowgroup" }, next.rows.map(drawRow));
    search = next.search ? h("input", { type: "search", placeholder: next.search, "aria-label": next.search, value: wanted, oninput: filter }) : null;
    empty = h("p", { class: "empty", hidden: next.rows.length > 0 }, next.empty);
    const heads = next.columns.map((column) => h("th", { role: "columnheader", scope: "col", class: column.kind }, column.hidden_title ? h("span", { class: "hidden" }, column.title) : column.title));
    if (next.acts) heads.push(h("th", { role: "columnheader", scope: "col", class: "actions" }, h("span", { class: "hidden" }, next.acts)));
    table = h("table", { role: "table" }, h("caption", { class: "hidden" }, next.caption), h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)), body);
    const frame = h("div", { class: "frame" }, table, empty);
    if (next.most_px) frame.style.setProperty("--most", `${next.most_px}px`);
    root.replaceChildren(...(search ? [h("div", { class: "tools" }, search)] : []), frame);
    filter();
    if (many) {
      sighted(next.rows[0].id, true); // one row's buttons give their column its width
      requestAnimationFrame(settle);
    }
    stamp(next.decided_at_s);
  };
  const receive = (change) => {
    if (!change.rows) return;
    for (const id of change.gone) { rows.get(id)?.line.remove(); rows.delete(id); }
    for (const row of change.rows) { const line = drawRow(row); if (!line.isConnected) body.append(line); }
    if (change.moves) move(change.moves);
    if (change.order) arrange(change.order);
    filter();
    if (!many && rows.size > MANY_ROWS) { many = true; settle(); }
    stamp(change.decided_at_s);
  };
  connect(model, draw, receive);
  shortcuts(model, root);
  return root;
}
